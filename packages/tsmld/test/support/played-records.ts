import { type Deferred, deferred } from '../../src/deferred.ts'
import type { DaemonMessage, WireRecord } from '../../src/protocol/messages.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import { newSession, type PlayedSession } from './played-session.ts'
import { type CodecKind, heardOf, type ScriptedDaemon } from './scripted-daemon.ts'
import { turns } from './turns.ts'
import { answered, batch, initialize, wireRecord } from './wire-records.ts'

/** A session that runs what `factory` makes, its initialize answered; checkpoints are not. */
export async function playedWith(
  factory: ProcessorFactory<WireRecord>,
  kind: CodecKind = 'frames',
): Promise<PlayedSession> {
  const played = newSession(kind, { factory })
  played.daemon.say(initialize())
  await turns()
  played.daemon.heard()
  return played
}

/** The same, with a daemon that saves every checkpoint at once. */
export async function playedSaving(
  factory: ProcessorFactory<WireRecord>,
  kind: CodecKind = 'frames',
): Promise<PlayedSession> {
  const played = await playedWith(factory, kind)
  const { daemon } = played
  const write = daemon.write.bind(daemon)
  daemon.write = bytes => {
    write(bytes)
    for (const line of heardOf(kind, bytes)) {
      const [, n, sub] = /^checkpoint (\d+)\/(\d+)$/.exec(line) ?? []
      if (line.startsWith('checkpoint'))
        queueMicrotask(() => daemon.say(n === undefined ? answered(null) : answered(Number(n), null, Number(sub))))
    }
  }
  return played
}

/** What Node said, once it says nothing more that needs no time. */
export async function heardBy(daemon: ScriptedDaemon): Promise<string[]> {
  await turns()
  return daemon.heard()
}

/** Two records come, a stop is announced, and a third comes before it: what the daemon has heard by the time that shutdownRequested is handled. */
export async function stoppedAmid({ daemon, session }: Pick<PlayedSession, 'daemon' | 'session'>): Promise<string[]> {
  daemon.say(batch(1, 2))
  await turns()
  session.announceStop()
  daemon.say(batch(3))
  await turns()
  daemon.say({ kind: 'shutdownRequested' })
  return heardBy(daemon)
}

/** A batch of records by number and partition key. */
export function keyedBatch(...records: readonly (readonly [n: number, key: string | null])[]): DaemonMessage {
  return {
    kind: 'processRecords',
    records: records.map(([n, partitionKey]) => ({ ...wireRecord(n), partitionKey })),
    millisBehindLatest: 0,
    atShardEnd: false,
  }
}

/** A handler whose calls the test settles one by one: `begun` are the sequence numbers, in the order of the calls. */
export class HandlerCalls {
  readonly begun: string[] = []
  readonly #open = new Map<string, Deferred<void>>()

  readonly handler = ({ sequenceNumber }: WireRecord): Promise<void> => {
    this.begun.push(sequenceNumber)
    const call = deferred<void>()
    this.#open.set(sequenceNumber, call)
    return call.promise
  }

  /** The sequence numbers of the calls that have not settled. */
  get running(): string[] {
    return [...this.#open.keys()]
  }

  /** What began since the last look. */
  newlyBegun(): string[] {
    return this.begun.splice(0)
  }

  async resolve(...numbers: number[]): Promise<void> {
    for (const n of numbers) this.#take(n).resolve()
    await turns()
  }

  async reject(n: number, error: Error = new Error(`no ${n}`)): Promise<void> {
    this.#take(n).reject(error)
    await turns()
  }

  #take(n: number): Deferred<void> {
    const call = this.#open.get(String(n))
    if (call === undefined) throw new Error(`${n} does not run`)
    this.#open.delete(String(n))
    return call
  }
}
