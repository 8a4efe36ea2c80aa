import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ThreadsAppOptions } from '../consumers/threads-app.ts'
import type { TsmldAppOptions } from '../consumers/tsmld-app.ts'
import type { Cleanup } from './cleanup.ts'
import { Control } from './control.ts'
import type { DriverCase } from './driver.ts'
import { JsonChild, type Report } from './json-child.ts'
import { type Program, programPath } from './programs.ts'

/** What consumes the batches of one case. */
export interface Consumer {
  /** How the driver reaches it. */
  readonly driver: Pick<DriverCase, 'feed' | 'token' | 'listeners' | 'executable' | 'endsByShutdown'>
  /** The processes that it is; what the driver starts for each shard is not among them. */
  readonly pids: readonly number[]
  /** What descends from these but is no part of it. */
  readonly excluded: readonly number[]
  /** Whether it counts the bytes of the records' data. */
  readonly readsData: boolean
  /** What it has seen in all; to be asked after the driver's end. */
  counts(): Promise<Counts>
  stop(): Promise<void>
}

/** Where a consumer is started. */
export interface Place {
  /** A folder of this case alone. */
  readonly folder: string
  /** Ends what a failure leaves behind. */
  readonly cleanup: Cleanup
  /** Arguments for the Node of each program of ours. */
  readonly nodeArgs: readonly string[]
}

/** What a consumer has seen. */
export interface Counts {
  readonly records: number
  readonly bytes: number
}

type CountsReport = Report & Counts & { readonly type: 'counts' }

export const startTimeoutMs = 30_000
/** Where there is no session of tsmld. */
export const noSession = { token: '', listeners: [], executable: null }

/** A program on tsmld, with its embedded daemon or a stock one. */
export function startTsmld(place: Place, options: Pick<TsmldAppOptions, 'daemon' | 'reads'>): Promise<Consumer> {
  const readsData = options.reads === 'bytes'
  return startOnTsmld(place, 'tsmld-app', options, { readsData, feed: options.daemon === 'stock' ? 'stock' : 'frames' })
}

/** A program on tsmld whose handler computes that many rounds on each record, in threads. */
export function startThreads(
  place: Place,
  { rounds, ...options }: Pick<ThreadsAppOptions, 'threads' | 'shards'> & { readonly rounds: number },
): Promise<Consumer> {
  const env = { TSMLD_BENCH_ROUNDS: String(rounds) }
  return startOnTsmld(place, 'threads-app', options, { readsData: true, feed: 'frames', env })
}

async function startOnTsmld(
  place: Place,
  program: Program,
  options: object,
  { readsData, feed, env }: { readsData: boolean; feed: DriverCase['feed']; env?: NodeJS.ProcessEnv },
): Promise<Consumer> {
  const controlPath = join(place.folder, 'control.sock')
  const control = await Control.listen(controlPath)
  place.cleanup.add(() => {
    control.close()
  })
  const app = startApp(
    place,
    program,
    JSON.stringify({ ...options, controlPath, javaPath: programPath('daemon-relay') }),
    env,
  )
  await app.report('listening', startTimeoutMs)
  const { relayPid, token, listeners, executable } = await control.orders
  return consumerOf(app, { feed, token, listeners, executable }, readsData, [relayPid])
}

/** The raw pump. */
export async function startRaw(place: Place): Promise<Consumer> {
  const path = join(place.folder, 'raw.sock')
  const app = startApp(place, 'raw-app', path)
  await app.report('listening', startTimeoutMs)
  return consumerOf(app, { ...noSession, feed: 'raw', listeners: [{ path }] }, false, [])
}

/** aws-kcl: the driver starts a process for each shard, as the MultiLangDaemon does. */
export async function startAwsKcl({ folder }: Place): Promise<Consumer> {
  const counted = join(folder, 'counts')
  await mkdir(counted)
  const executable = [process.execPath, programPath('aws-kcl-app'), counted]
  const split = executable.find(part => part.includes(' '))
  if (split !== undefined) throw new Error(`The MultiLangDaemon splits its command on blanks, which are in ${split}`)
  return {
    driver: { ...noSession, feed: 'stock', executable: executable.join(' ') },
    pids: [],
    excluded: [],
    readsData: true,
    counts: () => sumOfFiles(counted),
    stop: () => Promise.resolve(),
  }
}

function startApp(
  { cleanup, folder, nodeArgs }: Place,
  program: Program,
  argument: string,
  more: NodeJS.ProcessEnv = {},
): JsonChild {
  const env = { ...appEnv(folder), ...more }
  const app = new JsonChild(program, process.execPath, [...nodeArgs, programPath(program), argument], env)
  cleanup.add(() => app.stop())
  return app
}

/** For a program of the bench: what it leaves behind when it is killed is in `folder`. */
export function appEnv(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, TSMLD_LOG: 'warn', TMPDIR: folder }
}

/** One process that answers as `serve-counts.ts` does. */
export function consumerOf(
  app: JsonChild,
  driver: Consumer['driver'],
  readsData: boolean,
  excluded: readonly number[],
): Consumer {
  return {
    driver,
    pids: [app.pid],
    excluded,
    readsData,
    counts: () => {
      app.say({ type: 'counts' })
      return app.report<CountsReport>('counts', startTimeoutMs)
    },
    stop: () => app.stop(),
  }
}

/** Adds up what the processes of the shards left. */
async function sumOfFiles(folder: string): Promise<Counts> {
  const sum = { records: 0, bytes: 0 }
  for (const name of await readdir(folder)) {
    const counts = JSON.parse(await readFile(join(folder, name), 'utf8')) as typeof sum
    sum.records += counts.records
    sum.bytes += counts.bytes
  }
  return sum
}
