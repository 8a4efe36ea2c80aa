import assert from 'node:assert/strict'
import { kinesisStream } from 'tsmld'
import { real } from './support/lab.ts'
import { assertExactlyOnce, type Identity } from './support/oracle.ts'
import { kinesisSink } from './support/sink.ts'
import { eventually } from './support/stack.ts'

const keys = Array.from({ length: 12 }, (_, key) => `key-${key}`)
const rounds = (from: number, to: number): Identity[] =>
  Array.from({ length: to - from }, (_, n) => n + from).flatMap(n => keys.map(key => ({ key, n })))

real(
  'fault 13: while the handler of one shard is slow, the others keep going and no more is handed to it',
  async lab => {
    const { stack, linesOf } = lab
    const stream = await stack.createStream(3)
    const make = kinesisSink(lab.note)
    const slow = { shardId: '' }
    let release = (): void => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    const runtime = lab.runtime({
      streams: [
        kinesisStream({
          streamName: stream,
          applicationName: stream,
          processor: async shard => {
            const processor = await make(shard)
            return {
              ...processor,
              async processRecords(batch, checkpointer) {
                const isSlow = shard.shardId === slow.shardId
                await processor.processRecords(batch, checkpointer)
                if (isSlow) await held
              },
            }
          },
        }),
      ],
    })
    await runtime.start()
    await lab.produce(stream, rounds(0, 1))
    await lab.arrival(stream, rounds(0, 1))
    const shardOf = new Map(
      linesOf(stream).flatMap(line => (line.type === 'delivered' ? [[line.key, line.shardId]] : [])),
    )
    slow.shardId = shardOf.get('key-0') ?? ''
    const others = rounds(0, 20).filter(({ key }) => shardOf.get(key) !== slow.shardId)
    assert.ok(others.length > 20)
    const ofSlow = (): number =>
      linesOf(stream).filter(line => line.type === 'delivered' && line.shardId === slow.shardId).length
    const before = ofSlow()
    await lab.produce(stream, rounds(1, 2))
    await eventually('a handler is held', () => ofSlow() > before)
    const handed = ofSlow()
    await lab.produce(stream, rounds(2, 20))
    await lab.arrival(stream, others)
    assert.equal(ofSlow(), handed)
    release()
    await lab.arrival(stream, rounds(0, 20))
    assertExactlyOnce(rounds(0, 20), linesOf(stream))
    await runtime.stop()
  },
)
