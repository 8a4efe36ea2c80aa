// What a JVM's memory consists of: its own account of it (Native Memory Tracking), after a garbage collection and after its C library has given back what it holds free.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A JVM's memory, by what can leak and what fills up. */
export interface JvmMemory {
  /** Of the objects that live. */
  readonly liveBytes: number
  readonly classes: number
  /** Threads' stacks, direct buffers, symbols, locks and the like: what no limit of the JVM ends. */
  readonly nativeBytes: number
  /** Compiled code, classes with the counters of their methods, and the compiler's scratch memory: they grow while the JVM compiles, which a leak of classes alone would keep up for ever. */
  readonly compiledBytes: number
}

/** What the JVM must be started with. */
export const trackingArgs = ['-XX:NativeMemoryTracking=summary']

// Trimmed last: its RSS is read right after, before the compiler needs pages again.
const commands = 'GC.class_histogram\nVM.native_memory summary\nSystem.trim_native_heap\n'

/** Looks into JVMs by the JDK's jcmd. */
export class JvmMemoryGauge {
  readonly #folder = mkdtemp(join(tmpdir(), 'soak-jcmd-'))

  /** Collects its garbage and trims it; null without the JDK's jcmd, or where the JVM is gone. */
  async read(pid: number): Promise<JvmMemory | null> {
    try {
      const file = join(await this.#folder, 'commands')
      await writeFile(file, commands)
      const { stdout } = await run('jcmd', [String(pid), '-f', file], { maxBuffer: 64 << 20, timeout: 20_000 })
      return memoryIn(stdout)
    } catch {
      return null
    }
  }

  async close(): Promise<void> {
    await rm(await this.#folder, { recursive: true, force: true })
  }
}

/** Fixed from the start, or the tracking's own. */
const fixedKinds = new Set(['Java Heap', 'Shared class space', 'Native Memory Tracking'])
const compiledKinds = new Set(['Code', 'Compiler', 'Arena Chunk', 'Class', 'Metaspace'])

/** Reads a class histogram and a summary of native memory, one after the other; null where either is missing. */
export function memoryIn(text: string): JvmMemory | null {
  const live = /^Total\s+\d+\s+(\d+)\s*$/m.exec(text)?.[1]
  const classes = /\(classes #(\d+)\)/.exec(text)?.[1]
  if (live === undefined || classes === undefined) return null
  let [nativeBytes, compiledBytes] = [0, 0]
  for (const [, kind = '', kilobytes] of text.matchAll(/^-\s+(.+?) \(reserved=\d+KB, committed=(\d+)KB\)/gm)) {
    const bytes = Number(kilobytes) * 1_024
    if (compiledKinds.has(kind)) compiledBytes += bytes
    else if (!fixedKinds.has(kind)) nativeBytes += bytes
  }
  return { liveBytes: Number(live), classes: Number(classes), nativeBytes, compiledBytes }
}
