import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import {
  ConfigError,
  DaemonExitError,
  type DynamodbStreamOptions,
  dynamodbStream,
  eachRecord,
  type KinesisStreamOptions,
  kinesisStream,
  StreamFailedError,
  type TsmldError,
} from 'tsmld'
import { startDynamodbProxy } from '../../chaos/proxies/dynamodb-proxy.ts'
import { type Lab, real } from './support/lab.ts'
import { processes } from './support/processes.ts'
import { uniqueName } from './support/stack.ts'
import { spawnWorker } from './support/worker-process.ts'

// What a runtime leaves behind would be here.
const folder = await mkdtemp(join(tmpdir(), 'startup-test-'))
const { TMPDIR } = process.env
process.env['TMPDIR'] = folder
after(async () => {
  if (TMPDIR === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = TMPDIR
  await rm(folder, { recursive: true })
})

interface Refusal {
  readonly error: abstract new (...args: never[]) => TsmldError
  /** The whole sentence. */
  readonly message: RegExp
  readonly withinMs?: number
}

const kinesis = (options: Partial<KinesisStreamOptions> = {}) =>
  kinesisStream({
    streamName: 'clicks',
    applicationName: uniqueName('clicks'),
    processor: eachRecord(() => {}),
    ...options,
  })

const dynamodb = (options: Partial<DynamodbStreamOptions>) =>
  dynamodbStream({ applicationName: uniqueName('items'), processor: eachRecord(() => {}), ...options })

/** Starts a runtime, which must refuse in one sentence and leave nothing running. */
async function assertRefused(lab: Lab, stream: ReturnType<typeof kinesis>, refusal: Refusal): Promise<void> {
  const runtime = lab.runtime({ streams: [stream] })
  const from = performance.now()
  const error = await runtime.start().then(
    () => assert.fail('it started'),
    (thrown: unknown) => thrown as Error,
  )
  const tookMs = Math.round(performance.now() - from)
  lab.t.diagnostic(`after ${tookMs} ms: ${error.name}: ${error.message}`)
  assert.ok(error instanceof refusal.error, error.stack)
  assert.match(error.message, refusal.message)
  assert.ok(error.message.length < 300 && !error.message.includes('\n'))
  assert.ok(tookMs < (refusal.withinMs ?? 20_000))
  await assert.rejects(runtime.closed, (reason: unknown) => reason === error)
  assert.equal(runtime.status().state, 'failed')
  // One entry tells of it, and none of how the daemon was told to end.
  const said = lab.log.filter(line => / error /.test(line))
  assert.ok(said.length === 1 && said[0]?.includes(`the start failed, and nothing is left running: ${error.message}`))
  assert.ok(!lab.log.some(line => /stdin|exit/.test(line)), lab.log.join('\n'))
  assert.deepEqual(javaChildren(), [])
  assert.deepEqual(await readdir(folder), [])
}

function javaChildren(): unknown[] {
  return processes().filter(({ parent, name }) => parent === process.pid && name === 'java')
}

/** Runs `body` with these environment variables; undefined takes one away. */
async function withEnvironment(
  variables: Record<string, string | undefined>,
  body: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(variables).map(name => [name, process.env[name]] as const)
  const set = (entries: Iterable<readonly [string, string | undefined]>): void => {
    for (const [name, value] of entries) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
  set(Object.entries(variables))
  try {
    await body()
  } finally {
    set(before)
  }
}

real('fault 23: without Java the start is refused, and says what to install', async lab => {
  await withEnvironment({ TSMLD_JAVA: '/nowhere/java' }, () =>
    assertRefused(lab, kinesis(), {
      error: ConfigError,
      message: /^No Java was found at TSMLD_JAVA '\/nowhere\/java': install Java 17 or newer /,
    }),
  )
})

real('fault 23: a Java that is too old is refused, and says its version', async lab => {
  const old = join(await mkdtemp(join(TMPDIR ?? '/tmp', 'old-java-')), 'java')
  await writeFile(old, '#!/bin/sh\necho \'openjdk version "11.0.22" 2024-01-16\' >&2\n')
  await chmod(old, 0o755)
  await assertRefused(lab, kinesis({ javaPath: old }), {
    error: ConfigError,
    message: /^The Java at \S+ \(from the option javaPath\) is Java 11, and tsmld needs 17 or newer: install /,
  })
  await rm(join(old, '..'), { recursive: true })
})

real('fault 23: a Kinesis stream that does not exist is named', async lab => {
  await assertRefused(lab, kinesis({ streamName: 'no-such-stream' }), {
    error: StreamFailedError,
    message: /no-such-stream in region us-east-1 at http\S* \(ResourceNotFoundException: [^()]*\)$/,
  })
})

real('fault 23: a table that does not exist is named', async lab => {
  await assertRefused(lab, dynamodb({ tableName: 'no-such-table' }), {
    error: StreamFailedError,
    message: /no-such-table in region us-east-1 at http\S* \(ResourceNotFoundException: [^()]*\)$/,
  })
})

real('fault 23: a table without a stream is named, with what to do, however slowly DynamoDB answers', async lab => {
  const tableName = uniqueName('plain')
  await lab.stack.dynamodb.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  )
  await using proxy = await startDynamodbProxy(lab.stack.dynamodbEndpoint)
  proxy.set({ kind: 'slow', ms: 3_500 })
  await assertRefused(lab, dynamodb({ tableName, dynamodbEndpoint: proxy.endpoint }), {
    error: StreamFailedError,
    message: new RegExp(`${tableName}.*stream`),
  })
})

real('fault 23: a missing permission is named, with the operation that it is for', async lab => {
  await using proxy = await startDynamodbProxy(lab.stack.dynamodbEndpoint)
  proxy.set({ kind: 'denied' })
  await assertRefused(lab, dynamodb({ tableName: 'items', dynamodbEndpoint: proxy.endpoint }), {
    error: StreamFailedError,
    message: /not authorized to perform: dynamodb:DescribeTable\)$/,
  })
})

real('fault 23: missing credentials are named', async lab => {
  const streamName = await lab.stack.createStream(1)
  const none = {
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  }
  await withEnvironment(none, () =>
    assertRefused(lab, kinesis({ streamName }), {
      error: StreamFailedError,
      message: /no AWS credentials were found: set /,
    }),
  )
})

real('fault 23: an endpoint that refuses connections is named', async lab => {
  await assertRefused(lab, kinesis({ kinesisEndpoint: 'http://127.0.0.1:1' }), {
    error: StreamFailedError,
    message: /Could not reach Kinesis at http:\/\/127\.0\.0\.1:1 \(Connection refused\)/,
  })
})

real('fault 23: a DynamoDB endpoint that refuses connections is named, and soon', async lab => {
  await assertRefused(lab, dynamodb({ tableName: 'items', dynamodbEndpoint: 'http://127.0.0.1:1' }), {
    error: StreamFailedError,
    message: /Could not reach DynamoDB at http:\/\/127\.0\.0\.1:1 \(Connection refused\)/,
    withinMs: 12_000,
  })
})

real('fault 23: a program that runs such a runtime ends with exit code 1', async lab => {
  const streams = [{ streamName: 'no-such-stream', applicationName: uniqueName('clicks') }]
  const worker = spawnWorker({ streams, runtime: { defaults: lab.defaults } }, lab.note, lab.log)
  const { code, signal } = await worker.exit
  assert.deepEqual({ code, signal }, { code: 1, signal: null })
  await assert.rejects(worker.started, /^Error: worker \d+ ended with 1 before it ran: .*no-such-stream/)
  assert.equal(worker.lines.find(line => line.type === 'failed')?.error, 'StreamFailedError')
  await worker.end()
})

real('a daemon starts out of the class archive that `tsmld prepare` made', async lab => {
  const streamName = await lab.stack.createStream(1)
  // With this a JVM that cannot use its archive ends.
  const daemonOf = (jvmArgs: string[]) =>
    kinesisStream({
      streamName,
      applicationName: uniqueName('archived'),
      processor: eachRecord(() => {}),
      jvmArgs,
    })
  const runtime = lab.runtime({ streams: [daemonOf(['-Xshare:on'])] })
  await runtime.start()
  await runtime.stop()
  const broken = lab.runtime({ streams: [daemonOf(['-Xshare:on', '-XX:SharedArchiveFile=/nowhere.jsa'])] })
  await assert.rejects(
    broken.start(),
    (error: unknown) => error instanceof DaemonExitError && /archive/.test(error.lastLines.join(' ')),
  )
})
