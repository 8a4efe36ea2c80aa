import assert from 'node:assert/strict'
import { type DeadLetterSink, deadLetter, eachRecord, type KinesisRecord, kinesisStream, type OnPoison } from 'tsmld'
import { type Lab, real } from './support/lab.ts'
import type { Identity } from './support/oracle.ts'
import { eventually } from './support/stack.ts'

interface Handled extends Identity {
  readonly shardId: string
  readonly sequenceNumber: string
}

const keys = Array.from({ length: 12 }, (_, key) => `key-${key}`)
const rounds = 4
const poison = { key: 'key-0', n: 1 }
const identityOf = (record: KinesisRecord): Identity => JSON.parse(record.data.toString()) as Identity
const nameOf = ({ key, n }: Identity): string => `${key}#${n}`

/** A runtime whose handler refuses the poison record for good. */
function poisoned(lab: Lab, stream: string, onPoison: OnPoison<KinesisRecord>, handled: Handled[]) {
  const begun: string[] = []
  const handle = eachRecord<KinesisRecord>(
    async (record, { shardId }) => {
      const identity = identityOf(record)
      await new Promise(resolve => setImmediate(resolve))
      if (nameOf(identity) === nameOf(poison)) throw new Error('the poison record')
      handled.push({ ...identity, shardId, sequenceNumber: record.sequenceNumber })
    },
    {
      concurrency: 4,
      retry: { attempts: 2, backoff: { baseMs: 50, maxMs: 500 } },
      checkpointIntervalMs: 200,
      onPoison,
    },
  )
  const runtime = lab.runtime({
    streams: [
      kinesisStream({
        streamName: stream,
        applicationName: stream,
        processor: shard => {
          begun.push(shard.shardId)
          return handle(shard)
        },
      }),
    ],
  })
  return { runtime, begun }
}

/** Each key in order, whatever came twice. */
function assertOrdered(handled: readonly Handled[]): void {
  for (const key of keys) {
    const numbers = [...new Set(handled.filter(each => each.key === key).map(({ n }) => n))]
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
      key,
    )
  }
}

real(
  'fault 21: a poison record blocks its key and its checkpoint, and a dead-letter sink lets them go on',
  async lab => {
    const { t, stack, log } = lab
    const stream = await stack.createStream(2)
    const produced = keys.flatMap(key => Array.from({ length: rounds }, (_, n) => ({ key, n })))
    for (let n = 0; n < rounds; n++)
      await lab.produce(
        stream,
        produced.filter(each => each.n === n),
      )
    const checkpointOf = async (shardId: string): Promise<bigint> => {
      const row = (await stack.leases(stream)).find(({ leaseKey }) => leaseKey === shardId)
      return /^\d+$/.test(row?.checkpoint ?? '') ? BigInt(row?.checkpoint ?? 0) : 0n
    }
    const greatest = (handled: readonly Handled[], shardId: string): bigint =>
      handled
        .filter(each => each.shardId === shardId)
        .map(({ sequenceNumber }) => BigInt(sequenceNumber))
        .reduce((a, b) => (a > b ? a : b), 0n)
    const handled: Handled[] = []
    const has = (identity: Identity): boolean => handled.some(each => nameOf(each) === nameOf(identity))
    const isFree = ({ key, n }: Identity): boolean => key !== poison.key || n < poison.n

    await t.test(
      'by default: the others go on, nothing is skipped, the lease stays, and the log says why',
      async () => {
        const { runtime, begun } = poisoned(lab, stream, 'block', handled)
        await runtime.start()
        await eventually('all but the blocked key are handled', () => produced.filter(isFree).every(has), 60_000)
        const blocked = handled.find(each => each.key === poison.key)?.shardId ?? ''
        const other = (await stack.shardIds(stream)).find(shardId => shardId !== blocked) ?? ''
        // Longer than a lease lives that nobody renews.
        await new Promise(resolve => setTimeout(resolve, 3 * 2_000))
        assert.deepEqual(begun.toSorted(), [blocked, other].toSorted())
        assert.equal(handled.filter(each => !isFree(each)).length, 0)
        assert.ok((await checkpointOf(blocked)) < greatest(handled, blocked))
        assert.equal(await checkpointOf(other), greatest(handled, other))
        assert.ok(log.some(line => / error a record fails and blocks the shard/.test(line)))
        assert.equal(
          runtime.status().streams[0]?.shards.every(({ failures }) => failures === 0),
          true,
        )
        const from = performance.now()
        await runtime.stop()
        const tookMs = Math.round(performance.now() - from)
        t.diagnostic(`a shard that a poison record blocked was handed back in ${tookMs} ms`)
        assert.ok(tookMs < 10_000)
      },
    )

    await t.test('dead letters: the shard goes on once the sink took the record, not before', async () => {
      const letters: Identity[] = []
      let isDown = true
      let tries = 0
      const sink: DeadLetterSink<KinesisRecord> = async record => {
        tries++
        await new Promise(resolve => setImmediate(resolve))
        if (isDown) throw new Error('the queue is gone')
        letters.push(identityOf(record))
      }
      const { runtime } = poisoned(lab, stream, deadLetter(sink), handled)
      const before = handled.length
      await runtime.start()
      await eventually('the sink was tried', () => tries >= 3, 60_000)
      assert.equal(handled.slice(before).filter(each => !isFree(each)).length, 0)
      assert.ok(log.some(line => / error the dead-letter sink fails/.test(line)))
      isDown = false
      const expected = produced.filter(each => nameOf(each) !== nameOf(poison))
      await eventually('all others are handled', () => expected.every(has), 30_000)
      assert.deepEqual(letters, [poison])
      for (const shardId of await stack.shardIds(stream))
        await eventually(
          `${shardId} is checkpointed at its last record`,
          async () => (await checkpointOf(shardId)) === greatest(handled, shardId),
        )
      await runtime.stop()
    })
    assertOrdered(handled)
    t.diagnostic(`${handled.length - new Set(handled.map(nameOf)).size} duplicates of ${produced.length} records`)
  },
)
