import assert from 'node:assert/strict'
import { dynamodbStream, kinesisStream } from 'tsmld'
import { type Lab, real } from './support/lab.ts'
import { assertExactlyOnce } from './support/oracle.ts'
import { isAlive } from './support/processes.ts'
import { itemSink, kinesisSink } from './support/sink.ts'

async function processBoth(
  lab: Lab,
  options: { sharedDaemon: boolean; transport: 'unix' | 'tcp' },
): Promise<readonly (number | null | undefined)[]> {
  const { stack, note, linesOf } = lab
  const [stream, { tableName }] = await Promise.all([stack.createStream(2), stack.createTable()])
  const runtime = lab.runtime({
    ...options,
    streams: [
      kinesisStream({ streamName: stream, applicationName: stream, processor: kinesisSink(note) }),
      dynamodbStream({ tableName, applicationName: `${tableName}-cache`, processor: itemSink(note) }),
    ],
  })
  const records = ['a', 'b', 'c'].map(key => ({ key, n: 1 }))
  await lab.produce(stream, records)
  for (const { key, n } of records) await stack.putItem(tableName, key, n)
  await runtime.start()
  const applications = [stream, `${tableName}-cache`]
  await Promise.all(applications.map(application => lab.arrival(application, records)))
  for (const application of applications) assertExactlyOnce(records, linesOf(application))
  assert.deepEqual(
    runtime.status().streams.map(({ type, state }) => [type, state]),
    [
      ['kinesis', 'running'],
      ['dynamodb', 'running'],
    ],
  )
  assert.deepEqual(runtime.health(), { live: true, ready: true, reasons: [] })
  const jvms = runtime.status().streams.map(({ daemon }) => daemon.pid)
  await runtime.stop()
  for (const pid of jvms) assert.ok(typeof pid === 'number' && !isAlive(pid))
  return jvms
}

real('one runtime processes a Kinesis and a DynamoDB stream in one shared JVM, over Unix sockets', async lab => {
  const [first, second] = await processBoth(lab, { sharedDaemon: true, transport: 'unix' })
  assert.equal(first, second)
})

real('one runtime processes a Kinesis and a DynamoDB stream in a JVM each, over TCP', async lab => {
  const [first, second] = await processBoth(lab, { sharedDaemon: false, transport: 'tcp' })
  assert.notEqual(first, second)
})
