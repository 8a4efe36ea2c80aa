import assert from 'node:assert/strict'
import { type KinesisRecord, kinesisStream } from 'tsmld'
import { real } from './support/lab.ts'
import { assertExactlyOnce, assertKept, type Identity } from './support/oracle.ts'
import { kinesisSink, recordOf } from './support/sink.ts'
import { eventually, uniqueName } from './support/stack.ts'

const records = (keys: number, from: number, to: number): Identity[] =>
  Array.from({ length: to - from }, (_, n) => n + from).flatMap(n =>
    Array.from({ length: keys }, (_, key) => ({ key: `key-${key}`, n })),
  )

real('four shards, a quiet one and a splitting one are processed in one JVM, stopped, and resumed', async lab => {
  const { t, stack, note, linesOf } = lab
  const [ordered, quiet, splitting] = await Promise.all([
    stack.createStream(4),
    stack.createStream(1),
    stack.createStream(1),
  ])
  const delivered: KinesisRecord[] = []
  const keeping = (streamName: string) => {
    const make = kinesisSink(note)
    return kinesisStream({
      streamName,
      applicationName: streamName,
      processor: async shard => {
        const processor = await make(shard)
        return {
          ...processor,
          processRecords: (batch, checkpointer) => {
            if (streamName === ordered) delivered.push(...batch.records)
            return processor.processRecords(batch, checkpointer)
          },
        }
      },
    })
  }
  const run = () => lab.runtime({ sharedDaemon: true, streams: [ordered, quiet, splitting].map(keeping) })

  const plain = records(12, 0, 10)
  const inside = Array.from({ length: 5 }, (_, n) => ({ key: 'aggregated', n }))
  await lab.produce(ordered, plain)
  await stack.putRecords(ordered, [{ key: 'aggregated', aggregate: inside.map(recordOf) }])
  const started = performance.now()
  const runtime = run()
  await runtime.start()
  const all = [...plain, ...inside]

  await t.test('records of four shards arrive in order, KPL aggregates with their sub-sequence numbers', async () => {
    await lab.arrival(ordered, all)
    t.diagnostic(`cold start, three applications in one JVM: ${Math.round(performance.now() - started)} ms`)
    assertExactlyOnce(all, linesOf(ordered))
    assert.equal(new Set(linesOf(ordered).map(({ shardId }) => shardId)).size, 4)
    const pieces = delivered.filter(({ partitionKey }) => partitionKey === 'aggregated')
    assert.deepEqual(
      pieces.map(({ subSequenceNumber }) => subSequenceNumber),
      [0, 1, 2, 3, 4],
    )
    assert.equal(new Set(pieces.map(({ sequenceNumber }) => sequenceNumber)).size, 1)
    assert.ok(delivered.every(({ aggregated, partitionKey }) => aggregated === (partitionKey === 'aggregated')))
    assert.ok(delivered.every(({ approximateArrivalTimestamp }) => approximateArrivalTimestamp instanceof Date))
  })

  await t.test('three records, then silence: the checkpoint in the lease table reaches the third', async () => {
    const three = records(1, 0, 3)
    await lab.produce(quiet, three)
    await lab.arrival(quiet, three)
    await lab.checkpoints(quiet)
    assertExactlyOnce(three, linesOf(quiet))
  })

  await t.test('fault 18: a parent shard ends before its children begin, and no record is missing', async () => {
    const before = records(8, 0, 10)
    await lab.produce(splitting, before)
    await lab.arrival(splitting, before)
    const parent = await stack.splitShard(splitting)
    const after = records(8, 10, 20)
    await lab.produce(splitting, after)
    await lab.arrival(splitting, [...before, ...after])
    const lines = linesOf(splitting)
    assertExactlyOnce([...before, ...after], lines)
    const end = lines.findIndex(line => line.type === 'over' && line.how === 'shardEnded' && line.shardId === parent)
    const children = lines.flatMap((line, at) => (line.type === 'begun' && line.shardId !== parent ? [at] : []))
    assert.equal(children.length, 2)
    assert.ok(end >= 0 && children.every(at => at > end))
    assert.equal(runtime.status().streams.find(({ name }) => name === splitting)?.restarts, 0)
    await eventually('the lease table holds the end of the parent', async () =>
      (await stack.leases(splitting)).some(row => row.leaseKey === parent && row.checkpoint === 'SHARD_END'),
    )
  })

  await t.test(
    'fault 19: a stopped runtime hands its leases back, and another resumes with nothing lost and nothing twice',
    async () => {
      await runtime.stop()
      const rows = (await Promise.all([ordered, quiet, splitting].map(stack.leases))).flat()
      assert.ok(rows.every(row => row.owner === null || row.checkpoint === 'SHARD_END'))
      const more = records(12, 10, 15)
      const fourth = records(1, 3, 5)
      await Promise.all([lab.produce(ordered, more), lab.produce(quiet, fourth)])
      const again = run()
      await again.start()
      await Promise.all([
        lab.arrival(ordered, [...all, ...more]),
        lab.arrival(quiet, [...records(1, 0, 3), ...fourth]),
        lab.arrival(splitting, records(8, 0, 20)),
      ])
      await again.stop()
      assertExactlyOnce([...all, ...more], linesOf(ordered))
      assertExactlyOnce([...records(1, 0, 3), ...fourth], linesOf(quiet))
      assertExactlyOnce(records(8, 0, 20), linesOf(splitting))
    },
  )
})

real(
  'fault 19: a first start with LATEST or AT_TIMESTAMP passes over what is older, and later starts go on from the checkpoint',
  async lab => {
    const { stack, note, linesOf } = lab
    const stream = await stack.createStream(1)
    const [latest, timed] = [uniqueName('latest'), uniqueName('timed')]
    const old = records(1, 0, 3)
    await lab.produce(stream, old)
    // The KCL takes the time in whole seconds.
    await new Promise(resolve => setTimeout(resolve, 1_010 - (Date.now() % 1_000)))
    const atTimestamp = new Date(Math.floor(Date.now() / 1_000) * 1_000)
    const newer = records(1, 3, 6)
    const run = (position: Date) =>
      lab.runtime({
        sharedDaemon: true,
        streams: [
          kinesisStream({
            streamName: stream,
            applicationName: latest,
            initialPosition: 'LATEST',
            processor: kinesisSink(note),
          }),
          kinesisStream({
            streamName: stream,
            applicationName: timed,
            initialPosition: { atTimestamp: position },
            processor: kinesisSink(note),
          }),
        ],
      })
    const first = run(atTimestamp)
    await lab.produce(stream, newer)
    await first.start()
    await lab.arrival(timed, newer)
    assertExactlyOnce(newer, linesOf(timed))

    // LATEST is when its reader begins, somewhere in the stream that keeps flowing.
    await eventually('the shard with LATEST begins', () => linesOf(latest).length > 0)
    const end = lab.producing(stream, ['flowing'], 200)
    await eventually('a record came with LATEST', () => linesOf(latest).some(line => line.type === 'delivered'))
    const flowing = await end()
    const seen = linesOf(latest).find(line => line.type === 'delivered')
    assert.ok(seen?.type === 'delivered' && seen.key === 'flowing')
    const fromThen = flowing.filter(({ n }) => n >= seen.n)
    await lab.arrival(latest, fromThen)
    await lab.arrival(timed, [...newer, ...flowing])
    await first.stop()

    const missed = records(1, 6, 9)
    await lab.produce(stream, missed)
    const second = run(new Date())
    await second.start()
    await Promise.all([
      lab.arrival(latest, [...fromThen, ...missed]),
      lab.arrival(timed, [...newer, ...flowing, ...missed]),
    ])
    await second.stop()
    assertKept([...fromThen, ...missed], linesOf(latest))
    assertExactlyOnce([...newer, ...flowing, ...missed], linesOf(timed))
  },
)
