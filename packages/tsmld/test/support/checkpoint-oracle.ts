import assert from 'node:assert/strict'
import type { DaemonMessage, WireRecord } from '../../src/protocol/messages.ts'
import type { PlayedSession } from './played-session.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** A record's place in its shard, as text. */
export const placeOf = ({ sequenceNumber, subSequenceNumber }: WireRecord): string =>
  `${sequenceNumber}/${subSequenceNumber}`

/** Plays a daemon to a session whose records are all known, and looks at each checkpoint: every record up to it must be done by then. */
export class CheckpointOracle {
  readonly heard: string[] = []
  #isAnswered = false
  readonly #played: PlayedSession & { readonly clock: VirtualClock }
  readonly #all: readonly WireRecord[]
  readonly #done: ReadonlySet<string>

  /** @param done the places of the records that are done: the test adds them. */
  constructor(
    played: PlayedSession & { readonly clock: VirtualClock },
    all: readonly WireRecord[],
    done: ReadonlySet<string>,
  ) {
    this.#played = played
    this.#all = all
    this.#done = done
  }

  /** The places that were checkpointed. */
  get checkpoints(): string[] {
    return this.heard.flatMap(line => /^checkpoint (\d+\/\d+)$/.exec(line)?.[1] ?? [])
  }

  /** The last checkpoint must be the last record whose every predecessor is done, and there must be none where the first is not. */
  assertAllSaved(): void {
    const places = this.#all.map(placeOf)
    const firstUndone = places.findIndex(place => !this.#done.has(place))
    const saved = firstUndone === -1 ? places : places.slice(0, firstUndone)
    assert.equal(this.checkpoints.at(-1), saved.at(-1))
  }

  /** Says something that is answered by a status, and waits for that. */
  async say(message: DaemonMessage): Promise<void> {
    this.#played.daemon.say(message)
    assert.ok(await this.answers(200_000), JSON.stringify(this.#played.end()))
  }

  /** Whether the status of the present action comes, within that time. */
  async answers(withinMs: number): Promise<boolean> {
    const { clock } = this.#played
    for (let ms = 0; !this.#isAnswered; ms += 50) {
      if (ms >= withinMs) return false
      await clock.pass(50)
      this.hear()
    }
    this.#isAnswered = false
    return true
  }

  /** Looks at what was said since the last look. */
  hear(): void {
    for (const line of this.#played.daemon.heard()) {
      this.heard.push(line)
      this.#isAnswered ||= line.startsWith('status')
      const at = /^checkpoint (\d+\/\d+)$/.exec(line)?.[1]
      if (at === undefined) continue
      const place = this.#all.findIndex(record => placeOf(record) === at)
      const missed = this.#all.slice(0, place + 1).filter(record => !this.#done.has(placeOf(record)))
      assert.deepEqual(missed.map(placeOf), [], `checkpoint ${at}`)
    }
  }
}
