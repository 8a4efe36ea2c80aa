import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { dynamodbStream, kinesisStream, type Runtime } from 'tsmld'
import { type Lab, real } from './support/lab.ts'
import { assertKept, type Identity, judgeLines } from './support/oracle.ts'
import { isAlive, processes } from './support/processes.ts'
import { itemSink, kinesisSink, type SinkBehaviour } from './support/sink.ts'
import { eventually } from './support/stack.ts'

const coldStartMs = 120_000
const keys = ['a', 'b', 'c', 'd', 'e', 'f']
const round = (n: number): Identity[] => keys.map(key => ({ key, n }))
const failAt = { key: 'd', n: 4 }

interface StockStream {
  readonly application: string
  /** @param bridge what joins the daemon's pipes to the socket. */
  readonly run: (bridge: 'socat' | 'nc', behaviour?: SinkBehaviour) => Runtime
  readonly put: (records: readonly Identity[]) => Promise<void>
}

// Side by side: most of a stock daemon's start is waiting.
describe("AWS's unmodified daemons", { concurrency: true }, () => {
  real(
    "Kinesis through KCL 3's MultiLangDaemon on a Unix socket, with nc and socat: processed, resumed, restarted after failures",
    async lab => {
      const stream = await lab.stack.createStream(2)
      await liveThrough(lab, {
        application: stream,
        put: records => lab.produce(stream, records),
        run: (bridge, behaviour) =>
          lab.runtime({
            streams: [
              kinesisStream({
                streamName: stream,
                applicationName: stream,
                // KCL 3 hands leases to every worker that it saw within the last minute, the stopped one included: a restart under the same name is no other worker.
                workerId: `${stream}-worker`,
                daemon: 'stock',
                bridge,
                processor: kinesisSink(lab.note, behaviour),
              }),
            ],
          }),
      })
    },
  )

  real(
    "DynamoDB through KCL 1's StreamsMultiLangDaemon on TCP, with nc and socat: processed, resumed, restarted after failures",
    async lab => {
      const { tableName } = await lab.stack.createTable()
      const application = `${tableName}-cache`
      await liveThrough(lab, {
        application,
        put: async records => {
          for (const { key, n } of records) await lab.stack.putItem(tableName, key, n)
        },
        run: (bridge, behaviour) =>
          lab.runtime({
            transport: 'tcp',
            streams: [
              dynamodbStream({
                tableName,
                applicationName: application,
                daemon: 'stock',
                bridge,
                processor: itemSink(lab.note, behaviour),
              }),
            ],
          }),
      })
    },
  )
})

async function liveThrough(lab: Lab, { application, run, put }: StockStream): Promise<void> {
  const { t, stack, linesOf } = lab
  const produced: Identity[] = []
  const feed = async (...rounds: readonly number[]): Promise<number> => {
    const from = performance.now()
    for (const n of rounds) {
      await put(round(n))
      produced.push(...round(n))
    }
    await lab.arrival(application, produced, coldStartMs)
    return Math.round(performance.now() - from)
  }

  const first = run('nc')
  await first.start()
  t.diagnostic(`cold start: ${await feed(0, 1)} ms after its worker began`)
  await feed(2)
  await lab.checkpoints(application)
  const firstJvm = jvmOf(first)
  await first.stop()
  assert.ok(!isAlive(firstJvm))
  assert.deepEqual(judgeLines(produced, linesOf(application)).duplicates, [])

  const second = run('socat', { failAt })
  await second.start()
  t.diagnostic(`resumed: ${await feed(3)} ms after its worker began`)
  assert.deepEqual(judgeLines(produced, linesOf(application)).duplicates, [])

  await t.test(
    'fault 1: a failed session ends the JVM at once, and all of it goes on from the checkpoints',
    async () => {
      const jvm = jvmOf(second)
      const from = performance.now()
      const tookMs = feed(4)
      await eventually('the JVM is gone', () => !isAlive(jvm))
      t.diagnostic(`failed session: the JVM was gone after ${Math.round(performance.now() - from)} ms`)
      t.diagnostic(`failed session: everything had come after ${await tookMs} ms`)
      assert.equal(second.status().streams[0]?.restarts, 1)
    },
  )

  await t.test('fault 11: SIGKILL of a bridge process costs the JVM, and nothing is lost', async () => {
    const jvm = await eventually('the next JVM runs', () => second.status().streams[0]?.daemon.pid)
    await lab.checkpoints(application)
    process.kill(bridgeOf(jvm), 'SIGKILL')
    const from = performance.now()
    await eventually('the JVM is gone', () => !isAlive(jvm))
    t.diagnostic(`killed bridge: the JVM was gone after ${Math.round(performance.now() - from)} ms`)
    t.diagnostic(`killed bridge: everything new had come after ${await feed(5)} ms`)
    assert.equal(second.status().streams[0]?.restarts, 2)
  })

  await second.stop()
  t.diagnostic(`${assertKept(produced, linesOf(application))} duplicates of ${produced.length} records`)
  assert.ok((await stack.leases(application)).length > 0)
}

function jvmOf(runtime: Runtime): number {
  const pid = runtime.status().streams[0]?.daemon.pid
  assert.ok(typeof pid === 'number')
  return pid
}

/** One of the socat processes in a JVM's process group, which it leads. */
function bridgeOf(jvm: number): number {
  const bridge = processes().find(({ group, name }) => group === jvm && name === 'socat')
  assert.ok(bridge !== undefined)
  return bridge.pid
}
