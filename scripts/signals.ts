import { constants } from 'node:os'

/** A terminal's Ctrl-C comes twice at once to what npm runs: from the terminal, and from npm. */
const impatientMs = 1_000

/** Calls `end` at the first SIGINT or SIGTERM, with the exit code that stands for it; one more, after a second, ends the process at once. */
export function onSignals(end: (signal: 'SIGINT' | 'SIGTERM', exitCode: number) => void): void {
  let firstAt: number | null = null
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      const exitCode = 128 + constants.signals[signal]
      if (firstAt === null) {
        firstAt = performance.now()
        end(signal, exitCode)
      } else if (performance.now() - firstAt > impatientMs) process.exit(exitCode)
    })
}
