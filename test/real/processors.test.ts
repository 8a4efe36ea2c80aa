import assert from 'node:assert/strict'
import {
  batchProcessor,
  CheckpointError,
  eachBatch,
  eachShard,
  type Flusher,
  type FlushToken,
  type KinesisRecord,
  kinesisStream,
  type Position,
  type ProcessorFactory,
} from 'tsmld'
import { real } from './support/lab.ts'
import { eventually } from './support/stack.ts'

const texts = ['one', 'two', 'three', 'four']

/** Keeps what it was given until it is asked to flush. */
class Kept implements Flusher<KinesisRecord> {
  readonly #into: string[]
  #kept: { readonly text: string; readonly token: FlushToken }[] = []

  constructor(into: string[]) {
    this.#into = into
  }

  add(record: KinesisRecord, token: FlushToken, delayMs: number | null): 'added' {
    assert.ok(delayMs !== null && delayMs < 600_000)
    this.#kept.push({ text: record.data.toString(), token })
    return 'added'
  }

  async flush(): Promise<FlushToken[]> {
    const flushed = this.#kept.splice(0)
    await new Promise(resolve => setImmediate(resolve))
    this.#into.push(...flushed.map(({ text }) => text))
    return flushed.map(({ token }) => token)
  }
}

real(
  'over a shard that falls quiet, batches and flushes go out by time and are checkpointed, as is a loop',
  async lab => {
    const { t, stack } = lab
    const stream = await stack.createStream(1)
    const came = { flushed: [] as string[], batches: [] as string[], loop: [] as string[] }
    const saved: string[] = []
    const processors: Readonly<Record<keyof typeof came, ProcessorFactory<KinesisRecord>>> = {
      flushed: batchProcessor({
        flusher: () => new Kept(came.flushed),
        flushIntervalMs: 500,
        checkpointIntervalMs: 0,
        subSequenceCheckpoints: false,
        onCheckpoint: ({ sequenceNumber, subSequenceNumber, delayMs }) => {
          assert.ok(delayMs !== null && delayMs >= 500)
          saved.push(`${sequenceNumber}/${subSequenceNumber}`)
        },
      }),
      batches: eachBatch(records => void came.batches.push(...records.map(({ data }) => data.toString())), {
        maxRecords: 1_000,
        maxWaitMs: 500,
        checkpointIntervalMs: 0,
      }),
      loop: eachShard(async batches => {
        for await (const batch of batches) {
          came.loop.push(...batch.records.map(({ data }) => data.toString()))
          await batch.checkpoint()
        }
      }),
    }
    const kinds = Object.keys(processors) as (keyof typeof came)[]
    const applicationOf = (kind: string): string => `${stream}-${kind}`
    const runtime = lab.runtime({
      streams: kinds.map(kind =>
        kinesisStream({ streamName: stream, applicationName: applicationOf(kind), processor: processors[kind] }),
      ),
    })
    await runtime.start()
    await stack.putRecords(stream, [
      { key: 'a', data: 'one' },
      { key: 'b', aggregate: ['two', 'three', 'four'].map(data => ({ key: 'c', data })) },
    ])
    for (const kind of kinds) {
      await eventually(`${kind}: the records came`, () => came[kind].length >= texts.length, 60_000)
      assert.deepEqual(came[kind], texts)
      // Nothing more comes, and nothing stops: only time can have brought this.
      await eventually(`${kind}: the shard is checkpointed inside the last aggregate`, async () => {
        const [row] = await stack.leases(applicationOf(kind))
        return row?.subSequenceNumber === 2 && /^\d+$/.test(row.checkpoint)
      })
    }
    assert.match(saved.at(-1) ?? '', /^\d+\/2$/)
    t.diagnostic(`checkpoints of batchProcessor: ${saved.length}`)
    await runtime.stop()
    assert.deepEqual(came, { flushed: texts, batches: texts, loop: texts })
  },
)

real("a checkpoint at another shard's record is refused on either side, and each shard keeps its own", async lab => {
  const { stack } = lab
  const stream = await stack.createStream(2)
  const own = new Map<string, string[]>()
  const refused = new Map<string, unknown>()
  /** Shared by both shards, which is the mistake. */
  let lastDone: Position | undefined
  const processor: ProcessorFactory<KinesisRecord> = ({ shardId }) => ({
    async processRecords({ records }, checkpointer) {
      const mine = own.get(shardId) ?? []
      own.set(shardId, mine)
      mine.push(...records.map(({ sequenceNumber }) => sequenceNumber))
      const others = lastDone
      if (others !== undefined && !mine.includes(others.sequenceNumber))
        refused.set(shardId, await checkpointer.checkpoint(others).catch((error: unknown) => error))
      lastDone = records.at(-1)
      await checkpointer.checkpoint()
    },
  })
  const runtime = lab.runtime({ streams: [kinesisStream({ streamName: stream, applicationName: stream, processor })] })
  await runtime.start()
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  await eventually('both shards were given a record of the other', async () => {
    await stack.putRecords(
      stream,
      keys.map(key => ({ key, data: key })),
    )
    return refused.size === 2
  })
  await runtime.stop()
  for (const error of refused.values())
    assert.ok(error instanceof CheckpointError && error.reason === 'IllegalArgumentException', String(error))
  const rows = await stack.leases(stream)
  assert.equal(rows.length, 2)
  for (const { leaseKey, checkpoint } of rows) assert.equal(checkpoint, own.get(leaseKey)?.at(-1))
})
