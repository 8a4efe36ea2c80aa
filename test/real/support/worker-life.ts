// What the programs of all workers that are processes of their own have in common: here, in chaos and in the soak. Who starts them: worker-child.ts.
import { createInterface } from 'node:readline'
import type { Runtime } from 'tsmld'

/** What every worker's program prints of its life. */
export type LifeLine =
  | { readonly type: 'started'; readonly workerId: string }
  | { readonly type: 'failed'; readonly error: string; readonly message: string }

/** Prints a line. It is out when this returns: Node writes to pipes synchronously. */
export function printLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Runs `runtime` to its end; `onOrder` is given each line of standard input, at whose end the process ends at once. @throws what the runtime fails with */
export async function live(
  runtime: Runtime,
  say: (line: LifeLine) => void,
  onOrder: (text: string) => void,
): Promise<void> {
  createInterface({ input: process.stdin }).on('line', onOrder)
  process.stdin.on('end', () => process.exit(9))
  const starting = setInterval(() => {
    const { state, workerId } = runtime.status()
    if (state !== 'running') return
    clearInterval(starting)
    say({ type: 'started', workerId })
  }, 20)
  try {
    await runtime.run()
  } catch (error) {
    const { name, message } = error as Error
    say({ type: 'failed', error: name, message })
    // As in any program that only awaits run(): Node ends at once, with code 1.
    throw error
  }
  clearInterval(starting)
  // It ends by itself: nothing of the runtime may keep it alive.
  process.stdin.destroy()
}
