import { readOptions, UsageError } from '../../scripts/command-line.ts'
import { leastMinutes } from '../plan/schedule.ts'

/** What was asked for. */
export interface SoakOptions {
  readonly minutes: number
  /** The last line of stdout is one JSON object. */
  readonly json: boolean
  readonly help: boolean
}

/** What `--help` prints. */
export const usage = `Usage: npm run soak -- [--minutes N] [--json]

Runs two workers on the local emulators under a steady load for N minutes, moves leases between them, kills and restarts them, and says whether memory,
sockets, threads, file descriptors or files grow. Ends with exit code 0 where nothing grew and nothing was lost, and 1 where not. See docs/reliability.md.

  --minutes N  how long, ${leastMinutes} or more (5): the slopes are of what comes after it is warm
  --json       the last line of stdout is the result as one JSON object (npm run --silent soak -- …, or npm's own lines come before)
  --help       this text
`

/** Reads the command line. @throws UsageError */
export function parseArguments(args: readonly string[]): SoakOptions {
  const { minutes = '5', json, help } = readOptions(args, ['minutes'], ['json', 'help'])
  const count = Number(minutes)
  if (!Number.isFinite(count) || count < leastMinutes)
    throw new UsageError(`--minutes takes a number from ${leastMinutes} on, not '${minutes}'`)
  return { minutes: count, json, help }
}
