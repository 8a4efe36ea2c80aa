import { readdirSync, readFileSync } from 'node:fs'

/** A process of this machine. */
export interface ProcessRow {
  readonly pid: number
  readonly name: string
  readonly state: string
  readonly parent: number
  readonly group: number
}

/** Every process, read from Linux's /proc: `ps` is missing from a minimal Debian. */
export function processes(): ProcessRow[] {
  return readdirSync('/proc').flatMap(entry => (/^\d+$/.test(entry) ? (readProcess(Number(entry)) ?? []) : []))
}

/** Whether a process lives; a zombie, whose stopped parent cannot take note of its end, does not. */
export function isAlive(pid: number): boolean {
  const row = readProcess(pid)
  return row !== null && row.state !== 'Z' && row.state !== 'X'
}

/** Null where there is none, or none any more. */
function readProcess(pid: number): ProcessRow | null {
  try {
    // proc(5): pid (name) state parent group …; the name may hold blanks and parentheses.
    const [, name, state, parent, group] =
      /^\d+ \((.*)\) (\S) (\d+) (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return { pid, name: name ?? '', state: state ?? '', parent: Number(parent), group: Number(group) }
  } catch {
    return null
  }
}
