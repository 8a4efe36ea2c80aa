// What a process holds, read from Linux's /proc.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What a process has at a time. */
export interface ProcessCounts {
  readonly rssBytes: number
  /** Of its RSS what no file backs: pages of files (jars, class archives) come as they are read, the kernel takes them back, and they end with the file. */
  readonly anonymousBytes: number
  readonly threads: number
  readonly descriptors: number
  readonly sockets: number
}

/** Null where the process is gone. */
export function countsOf(pid: number): ProcessCounts | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
    const rssKilobytes = field('VmRSS')
    // A zombie has a status, and no memory.
    if (Number.isNaN(rssKilobytes)) return null
    const links = linksOf(`/proc/${pid}/fd`)
    return {
      rssBytes: rssKilobytes * 1_024,
      anonymousBytes: field('RssAnon') * 1_024,
      threads: field('Threads'),
      descriptors: links.length,
      sockets: links.filter(link => link.startsWith('socket:')).length,
    }
  } catch {
    return null
  }
}

/** The processes whose command line holds this text. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry) && commandLine(entry).includes(text))
    .map(Number)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** How many of a process's threads have a name that begins so; Linux keeps its first 15 characters. */
export function threadsNamed(pid: number, beginning: string): number {
  try {
    return readdirSync(`/proc/${pid}/task`).filter(thread => nameOf(pid, thread).startsWith(beginning)).length
  } catch {
    return 0
  }
}

function nameOf(pid: number, thread: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8')
  } catch {
    return ''
  }
}

/** What its descriptors are; one that is closed meanwhile counts no more. */
function linksOf(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    try {
      return [readlinkSync(`${folder}/${name}`)]
    } catch {
      return []
    }
  })
}

/** How many files and folders there are in a folder, however deep. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
}
