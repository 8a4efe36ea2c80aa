import { parseArgs } from 'node:util'
import { leastMinutes } from '../plan/schedule.ts'

/** What was asked for. */
export interface SoakOptions {
  readonly minutes: number
  /** The last line of stdout is one JSON object. */
  readonly json: boolean
  readonly help: boolean
}

/** A mistake in the arguments, to be told without a stack. */
export class UsageError extends Error {}

/** What `--help` prints. */
export const usage = `Usage: npm run soak -- [--minutes N] [--json]

Runs two workers on the local emulators under a steady load for N minutes, moves leases between them, kills and restarts them, and says whether memory,
sockets, threads, file descriptors or files grow. Ends with exit code 0 where nothing grew and nothing was lost, and 1 where not. See docs/reliability.md.

  --minutes N  how long, ${leastMinutes} or more (5)
  --json       the last line of stdout is the result as one JSON object
  --help       this text
`

/** Reads the command line. @throws UsageError */
export function parseArguments(args: readonly string[]): SoakOptions {
  const { minutes = '5', json, help } = parse(args)
  const count = Number(minutes)
  if (!Number.isFinite(count) || count < leastMinutes)
    throw new UsageError(`--minutes takes a number from ${leastMinutes} on, not '${minutes}'`)
  return { minutes: count, json: json === true, help: help === true }
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({ args: [...args], options: { minutes: { type: 'string' }, json: flag, help: flag } }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
