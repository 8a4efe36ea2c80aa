// How the worker and the seeding of examples/cache-population begin: without Redis, with one that comes late, and with what their operator got wrong.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { startDynamodbProxy } from '../../chaos/proxies/dynamodb-proxy.ts'
import { startProgram } from '../../examples/cache-population/lab/programs.ts'
import { startRedis } from '../../examples/cache-population/lab/redis-server.ts'
import { connectRedis } from '../../examples/cache-population/redis-connection.ts'
import { localStack } from './support/stack.ts'

const environment = {
  AWS_REGION: 'us-east-1',
  TABLE_NAME: 'items',
  STREAM_NAME: 'clicks',
  CACHE_NAME: 'starting',
  PORT: '0',
}

/** Runs a program of the example to its end, or until told to end; `log` is its stderr. */
function run(name: 'worker' | 'seed-main', env: Record<string, string>) {
  const log: string[] = []
  const program = startProgram(name, { ...environment, ...env }, { line: () => {}, log: line => log.push(line) })
  return { ...program, log }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 90_000; !(await isSo()); await setTimeout(50))
    assert.ok(Date.now() < deadline, `not within 90 s: ${what}`)
}

// They mostly wait.
describe('the cache example’s programs, as they start', { concurrency: 3 }, () => {
  test('a worker without Redis says so again and again, is live but not ready, and ends with a sentence', async () => {
    const [port, closed] = [await freePort(), await freePort()]
    const worker = run('worker', {
      PORT: String(port),
      REDIS_URL: `redis://me:secret@127.0.0.1:${closed}`,
      REDIS_WAIT_SECONDS: '6',
    })
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
    await until('the probes are served', async () => (await ask('/live'))?.status === 200)
    const ready = await ask('/ready')
    assert.equal(ready?.status, 503)
    assert.deepEqual(((await ready.json()) as { reasons: string[] }).reasons, ['Redis was not reached yet'])
    assert.equal(await worker.exited, 1)
    const told = worker.log.filter(line => line.startsWith(`Redis at 127.0.0.1:${closed} cannot be reached: `))
    assert.ok(told.length >= 2, worker.log.join('\n'))
    assert.match(told[0] ?? '', /ECONNREFUSED/)
    assert.match(
      worker.log.at(-1) ?? '',
      new RegExp(`^Redis at 127\\.0\\.0\\.1:${closed} could not be reached within 6 s: .*ECONNREFUSED.*REDIS_URL`),
    )
    assert.equal(worker.log.length, told.length + 1, 'sentences alone, no stack')
    assert.doesNotMatch(worker.log.join(), /secret/)
  })

  test('a seeding without Redis ends with code 1; one whose Redis comes late goes on by itself', async () => {
    const stack = await localStack()
    const { tableName } = await stack.createTable()
    const server = await startRedis()
    const env = { ...stack.environment, TABLE_NAME: tableName, DYNAMODB_ENDPOINT: stack.dynamodbEndpoint }
    try {
      await server.kill()
      const tooLate = run('seed-main', { ...env, REDIS_URL: server.url, REDIS_WAIT_SECONDS: '1' })
      assert.equal(await tooLate.exited, 1)
      assert.match(tooLate.log.at(-1) ?? '', /could not be reached within 1 s/)

      const seeding = run('seed-main', { ...env, REDIS_URL: server.url })
      await until('it waits', () => seeding.log.length > 0)
      await server.restart()
      assert.equal(await seeding.exited, 0, seeding.log.join('\n'))
      assert.match(seeding.log[0] ?? '', /cannot be reached: .*ECONNREFUSED.* Trying again, for \d+ s more/)
    } finally {
      await server.stop()
    }
  })

  test('a seeding that the table throttles slows down and goes on', async () => {
    const stack = await localStack()
    const [{ tableName }, server] = await Promise.all([stack.createTable(), startRedis()])
    const refusal = {
      __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
      message: 'slow',
    }
    let refused = 0
    const throttling = createHttpServer((request, response) => {
      void (async () => {
        const body = Buffer.concat(await request.toArray())
        if (request.headers['x-amz-target']?.toString().endsWith('.Scan') === true && refused < 4) {
          refused++
          response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(refusal))
          return
        }
        const headers = Object.entries(request.headers).filter(([name]) =>
          /^(x-amz|authorization|content-type)/.test(name),
        )
        const answer = await fetch(stack.dynamodbEndpoint, {
          method: 'POST',
          body,
          headers: headers as [string, string][],
        })
        response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(await answer.text())
      })()
    }).listen(0, '127.0.0.1')
    try {
      await once(throttling, 'listening')
      const { port } = throttling.address() as AddressInfo
      const endpoint = `http://127.0.0.1:${port}`
      const env = { ...stack.environment, TABLE_NAME: tableName, DYNAMODB_ENDPOINT: endpoint, SEGMENTS: '1' }
      const seeding = run('seed-main', { ...env, REDIS_URL: server.url })
      assert.equal(await seeding.exited, 0, seeding.log.join('\n'))
      assert.equal(refused, 4)
    } finally {
      throttling.close()
      throttling.closeAllConnections()
      await server.stop()
    }
  })

  test('a worker whose Redis comes late goes on by itself, and is told to stop as any other', async () => {
    const stack = await localStack()
    const [{ tableName }, streamName, server, port] = await Promise.all([
      stack.createTable(),
      stack.createStream(1),
      startRedis(),
      freePort(),
    ])
    try {
      await server.kill()
      const worker = run('worker', {
        ...stack.environment,
        LOCAL: '1',
        TABLE_NAME: tableName,
        STREAM_NAME: streamName,
        CACHE_NAME: tableName,
        DYNAMODB_ENDPOINT: stack.dynamodbEndpoint,
        KINESIS_ENDPOINT: stack.kinesisEndpoint,
        REDIS_URL: server.url,
        PORT: String(port),
      })
      await until('it waits', () => worker.log.length > 0)
      await server.restart()
      const reasons = async () =>
        ((await (await fetch(`http://127.0.0.1:${port}/ready`)).json()) as { reasons: string[] }).reasons
      await until('it works', async () => (await reasons()).join() === 'the cache was never seeded')
      assert.match(worker.log[0] ?? '', /^Redis at .* cannot be reached: .*ECONNREFUSED/)
      assert.equal(await worker.kill('SIGTERM'), 0, worker.log.join('\n'))
    } finally {
      await server.stop()
    }
  })

  test('a worker whose streams cannot be made ends, and so does one whose streams cannot be started', async () => {
    const stack = await localStack()
    const [{ tableName }, streamName, server] = await Promise.all([
      stack.createTable(),
      stack.createStream(1),
      startRedis(),
    ])
    const env = {
      ...stack.environment,
      LOCAL: '1',
      CACHE_NAME: tableName,
      DYNAMODB_ENDPOINT: stack.dynamodbEndpoint,
      KINESIS_ENDPOINT: stack.kinesisEndpoint,
      REDIS_URL: server.url,
    }
    const ended = async (names: { readonly TABLE_NAME: string; readonly STREAM_NAME: string }) => {
      const worker = run('worker', { ...env, ...names })
      const code = await Promise.race([worker.exited, setTimeout(60_000, 'still alive', { ref: false })])
      if (code === 'still alive') await worker.kill('SIGKILL')
      return { code, said: worker.log.at(-1) ?? '', log: worker.log.join('\n') }
    }
    try {
      const refused = await ended({ TABLE_NAME: 'no table', STREAM_NAME: streamName })
      assert.equal(refused.code, 1, refused.log)
      assert.match(refused.log, /^ConfigError: .*'tableName'.*'no table'$/, 'a sentence alone')

      const missing = await ended({ TABLE_NAME: tableName, STREAM_NAME: 'nowhere' })
      assert.equal(missing.code, 1, missing.log)
      assert.match(missing.said, /nowhere/)
    } finally {
      await server.stop()
    }
  })

  test('a worker that waits for Redis, and a seeding, end when they are told to; the next seeding need not wait', async () => {
    const stack = await localStack()
    const [{ tableName }, server] = await Promise.all([stack.createTable(), startRedis()])
    await using table = await startDynamodbProxy(stack.dynamodbEndpoint)
    const env = { ...stack.environment, TABLE_NAME: tableName, CACHE_NAME: tableName, REDIS_URL: server.url }
    const client = await connectRedis(server.url, 20_000, () => {})
    try {
      const worker = run('worker', { REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
      await until('it waits', () => worker.log.length > 0)
      assert.equal(await worker.kill('SIGTERM'), 143)

      table.set({ kind: 'silent' })
      const seeding = run('seed-main', { ...env, DYNAMODB_ENDPOINT: table.endpoint })
      const locks = () => client.keys(`${tableName}:*lock`)
      await until('it seeds', async () => (await locks()).length === 1 && table.struck > 0)
      assert.equal(await seeding.kill('SIGTERM'), 143)
      assert.deepEqual(seeding.log, ['Told to end: the next seeding goes on where this one was.'])
      assert.deepEqual(await locks(), [])
      const next = run('seed-main', { ...env, DYNAMODB_ENDPOINT: stack.dynamodbEndpoint })
      assert.equal(await next.exited, 0, next.log.join('\n'))
    } finally {
      client.destroy()
      await server.stop()
    }
  })

  test('a server that goes away later is told once, survived, and told when it is back', async () => {
    const server = await startRedis()
    const told: string[] = []
    const client = await connectRedis(server.url, 20_000, line => told.push(line))
    try {
      assert.equal(told.length, 0)
      await server.kill()
      await until('it is told', () => told.length > 0)
      await assert.rejects(() => client.ping())
      await server.restart()
      await until('it is back', () => client.isReady)
      assert.equal(await client.ping(), 'PONG')
      assert.match(told[0] ?? '', /^Redis at 127\.0\.0\.1:\d+ is away: ./)
      assert.match(told[1] ?? '', /^Redis at 127\.0\.0\.1:\d+ is back\.$/)
      assert.equal(told.length, 2)
    } finally {
      client.destroy()
      await server.stop()
    }
  })

  test('a server that takes the connection and never answers is given up as well', async () => {
    const silent = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    try {
      await assert.rejects(
        () => connectRedis(`redis://127.0.0.1:${port}`, 1_000, () => {}),
        /could not be reached within 1 s: it does not answer/,
      )
    } finally {
      silent.close()
    }
  })

  test('what the environment lacks or has wrong is one sentence, without a stack, and so is a port that is taken', async () => {
    const wrong = run('worker', { TABLE_NAME: '', STREAM_NAME: '', PORT: 'x', REDIS_URL: 'http://me:secret@cache' })
    assert.equal(await wrong.exited, 1)
    assert.deepEqual(wrong.log, [
      'The environment: there is no TABLE_NAME, STREAM_NAME; PORT is "x", not an integer from 0 to 65535; REDIS_URL is no URL of the form redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT. The package tsmld has the guide: docs/cache-population.md.',
    ])
    const taken = createServer().listen(0)
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const second = run('worker', { PORT: String(port), REDIS_URL: 'redis://127.0.0.1:1' })
    assert.equal(await second.exited, 1)
    taken.close()
    assert.equal(second.log.length, 1, second.log.join('\n'))
    assert.match(second.log[0] ?? '', new RegExp(`PORT ${port}: .*EADDRINUSE`))
  })
})
