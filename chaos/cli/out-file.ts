import { appendFileSync, closeSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from '../../scripts/command-line.ts'
import { type EarlierRun, parseRuns } from '../report/earlier-runs.ts'

/** The file of `--out`: what it has, and where lines are added. */
export interface OutFile {
  readonly runs: readonly EarlierRun[]
  /** What was done to it at its opening, in sentences. */
  readonly notices: readonly string[]
  add(line: object): void
}

/** Reads what a file has. @throws UsageError where it is no file of chaos' runs */
export function readOut(file: string): readonly EarlierRun[] {
  return existsSync(file) ? parseRuns(file, bytesOf(file).toString()).runs : []
}

/** Opens a file, so that every line that is added stands alone. @throws UsageError where it is no file of chaos' runs, or cannot be written */
export function openOut(file: string): OutFile {
  const bytes = existsSync(file) ? bytesOf(file) : Buffer.alloc(0)
  const { runs, end } = parseRuns(file, bytes.toString())
  refuseUnwritable(file)
  if (end === 'unended') appendFileSync(file, '\n')
  return { runs, notices: end === 'cut' ? [putAside(file, bytes)] : [], add: line => addLine(file, line) }
}

function addLine(file: string, line: object): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}

/** What a killed run left of its line goes to a file beside it. */
function putAside(file: string, bytes: Buffer): string {
  const wholeBytes = bytes.lastIndexOf('\n') + 1
  const aside = `${file}.cut`
  appendFileSync(aside, `${bytes.subarray(wholeBytes).toString()}\n`)
  truncateSync(file, wholeBytes)
  return `${file} ended in the middle of a line, as a run that was killed leaves it: that piece is in ${aside} now, and its seed counts as not run`
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new UsageError(`--out: ${file} cannot be read: ${reasonOf(error, file)}`)
  }
}

function refuseUnwritable(file: string): void {
  const folder = dirname(file)
  if (!existsSync(folder)) throw new UsageError(`--out: ${file} cannot be written: there is no folder ${folder}`)
  try {
    closeSync(openSync(file, 'a'))
  } catch (error) {
    throw new UsageError(`--out: ${file} cannot be written: ${reasonOf(error, file)}`)
  }
}

function reasonOf(error: unknown, file: string): string {
  if (existsSync(file) && statSync(file).isDirectory()) return 'it is a folder'
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'EACCES' || code === 'EROFS' ? 'permission is denied' : message
}
