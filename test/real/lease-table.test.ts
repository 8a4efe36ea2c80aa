import assert from 'node:assert/strict'
import { kinesisStream } from 'tsmld'
import { startDynamodbProxy, type TableRequest } from '../../chaos/proxies/dynamodb-proxy.ts'
import { real } from './support/lab.ts'
import { assertKept, type Identity } from './support/oracle.ts'
import { kinesisSink } from './support/sink.ts'
import { eventually } from './support/stack.ts'

const failoverTimeMs = 4_000
const round = (n: number): Identity[] => ['a', 'b', 'c', 'd'].map(key => ({ key, n }))

real(
  'a lease table that throttles, and one that is away: nothing advances, nothing is lost, it goes on by itself',
  async lab => {
    const { t, stack, linesOf } = lab
    const stream = await stack.createStream(1)
    // A renewal of the lease is an update as well, without a checkpoint.
    const isCheckpoint = ({ operation, body }: TableRequest) =>
      operation === 'UpdateItem' && body.includes('"checkpoint"')
    await using proxy = await startDynamodbProxy(stack.dynamodbEndpoint)
    const runtime = lab.runtime({
      streams: [
        kinesisStream({
          streamName: stream,
          applicationName: stream,
          dynamodbEndpoint: proxy.endpoint,
          failoverTimeMs,
          processor: kinesisSink(lab.note),
        }),
      ],
    })
    const checkpoint = async (): Promise<string> => (await stack.leases(stream))[0]?.checkpoint ?? ''
    const count = (type: 'begun' | 'delivered') => linesOf(stream).filter(line => line.type === type).length
    const produced: Identity[] = []
    const put = async (n: number): Promise<void> => {
      await lab.produce(stream, round(n))
      produced.push(...round(n))
    }
    await runtime.start()
    await put(0)
    await lab.arrival(stream, produced)
    await lab.checkpoints(stream)

    await t.test('fault 2: throttled checkpoints are asked for again, the session and its lease live', async () => {
      const before = await checkpoint()
      proxy.set({ kind: 'throttled', share: 100, only: isCheckpoint })
      await put(1)
      await lab.arrival(stream, produced)
      const delivered = count('delivered')
      await put(2)
      // Longer than a lease lives that nobody renews.
      await new Promise(resolve => setTimeout(resolve, failoverTimeMs + 1_000))
      assert.equal(count('delivered'), delivered, 'a batch whose checkpoint is awaited holds the next one back')
      assert.equal(await checkpoint(), before)
      t.diagnostic(`${proxy.struck} requests throttled`)
      assert.ok(proxy.struck > 1)
      proxy.set({ kind: 'fair' })
      await lab.arrival(stream, produced)
      await lab.checkpoints(stream)
      assert.equal(count('begun'), 1)
      assert.equal(runtime.status().streams[0]?.restarts, 0)
    })

    await t.test(
      'fault 22: the lease table is away for longer than a lease lives: nothing advances, and it recovers by itself',
      async () => {
        const before = await checkpoint()
        const { struck } = proxy
        proxy.set({ kind: 'down' })
        await put(3)
        await new Promise(resolve => setTimeout(resolve, 2 * failoverTimeMs))
        assert.ok(proxy.struck > struck)
        assert.equal(await checkpoint(), before)
        proxy.set({ kind: 'fair' })
        const from = performance.now()
        await put(4)
        await lab.arrival(stream, produced)
        await lab.checkpoints(stream)
        t.diagnostic(
          `all had come ${Math.round(performance.now() - from)} ms after the table was back, in ${count('begun')} sessions`,
        )
        await eventually('the runtime is ready', () => runtime.health().ready)
      },
    )

    await runtime.stop()
    t.diagnostic(`${assertKept(produced, linesOf(stream))} duplicates of ${produced.length} records`)
  },
)
