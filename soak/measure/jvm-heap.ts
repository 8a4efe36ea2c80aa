import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The bytes of a JVM's objects that live, after a garbage collection; null without the JDK's jcmd, or where the JVM is gone. */
export async function liveBytesOf(pid: number): Promise<number | null> {
  try {
    const { stdout } = await run('jcmd', [String(pid), 'GC.class_histogram'], { maxBuffer: 64 << 20, timeout: 20_000 })
    return liveBytesIn(stdout)
  } catch {
    return null
  }
}

/** Reads the last line of a class histogram: `Total`, the objects, their bytes. */
export function liveBytesIn(histogram: string): number | null {
  const bytes = /^Total\s+\d+\s+(\d+)\s*$/m.exec(histogram)?.[1]
  return bytes === undefined ? null : Number(bytes)
}
