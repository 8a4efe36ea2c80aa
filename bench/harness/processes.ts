import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** What processes have used of the machine. */
export interface Usage {
  readonly cpuSeconds: number
  /** By the program's name: `node`, `socat`, `beam.smp`. */
  readonly rssBytes: Readonly<Record<string, number>>
}

interface ProcessStat {
  readonly name: string
  readonly parent: number
  readonly cpuTicks: number
  readonly rssPages: number
}

const unit = (name: string): number => Number(execFileSync('getconf', [name], { encoding: 'utf8' }))
let units: { readonly ticksPerSecond: number; readonly pageBytes: number } | undefined

function readUnits(): NonNullable<typeof units> {
  units ??= { ticksPerSecond: unit('CLK_TCK'), pageBytes: unit('PAGESIZE') }
  return units
}

/** `roots` and all that descend from them, without `excluded` and what descends from those. */
export function processTree(roots: readonly number[], excluded: readonly number[] = []): number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? readStat(Number(entry)) : null
    if (stat !== null) children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(entry)])
  }
  const found: number[] = []
  const look = (pid: number): void => {
    if (excluded.includes(pid) || found.includes(pid)) return
    found.push(pid)
    children.get(pid)?.forEach(look)
  }
  roots.forEach(look)
  return found
}

/** What these processes have used; one that is gone counts nothing. */
export function usageOf(pids: readonly number[]): Usage {
  const { ticksPerSecond, pageBytes } = readUnits()
  let cpuTicks = 0
  const rssBytes: Record<string, number> = {}
  for (const pid of pids) {
    const stat = readStat(pid)
    if (stat === null) continue
    cpuTicks += stat.cpuTicks
    rssBytes[stat.name] = (rssBytes[stat.name] ?? 0) + stat.rssPages * pageBytes
  }
  return { cpuSeconds: cpuTicks / ticksPerSecond, rssBytes }
}

/** What all programs of the machine together have used of its CPUs. */
export function machineCpuSeconds(): number {
  // proc(5): user nice system idle iowait irq softirq steal.
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/ +/, 8).map(Number)
  return (
    [user, nice, system, irq, softirq].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) /
    readUnits().ticksPerSecond
  )
}

/** Whether a program is on the PATH. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
}

/** Memory that a new process can have, in bytes. */
export function availableBytes(): number {
  return Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024
}

function readStat(pid: number): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return null
  }
}

/** Reads proc(5)'s `stat`: the name may hold blanks and parentheses. */
export function parseStat(line: string): ProcessStat {
  const end = line.lastIndexOf(')')
  const fields = line.slice(end + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  return {
    name: line.slice(line.indexOf('(') + 1, end),
    parent: field(4),
    cpuTicks: field(14) + field(15),
    rssPages: field(24),
  }
}
