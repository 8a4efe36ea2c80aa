// The Redis flusher of examples/cache-population by itself, on a real server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fenceKey } from '../../examples/cache-population/redis-scripts.ts'
import { removeGone, writeScanned } from '../../examples/cache-population/scan-writes.ts'
import { Holding, type PlacedWrite, placeOf, put, redisLab, remove, untilReady } from './support/cache-lab.ts'

const lab = await redisLab()
const { client, server } = lab
const hour = 3_600_000
let runs = 0

test('images of many keys are written, several calls at a time, each key once a call', async () => {
  const records = Array.from({ length: 1_000 }, (_, n) => put(n, `many:${n % 700}`))
  const holding = new Holding(client, 'many', { keysPerCall: 64 })
  await holding.deliver(records)
  const keys = Array.from({ length: 700 }, (_, n) => `many:${n}`)
  assert.deepEqual(
    await client.mGet(keys),
    keys.map((_, n) => `body ${n < 300 ? n + 700 : n}`),
  )
  assert.equal(holding.flushes[0]?.records.length, 1_000)
  // By whoever had the shard before: all of it is older, or the same.
  const late = new Holding(client, 'many')
  await late.deliver(records)
  assert.equal(late.applied, 0)
  assert.deepEqual([...holding.lost, ...late.lost], [])
})

test('bodies are bytes as they were given, and what a record does not write only moves the shard on', async () => {
  const bytes = Buffer.from([0, 255, 128, 13, 10])
  const holding = new Holding(client, 'bytes')
  await holding.deliver([put(1, 'bytes', { body: bytes }), { ...placeOf(2), write: null }])
  assert.deepEqual(await client.sendCommand(['GET', 'bytes'], { typeMapping: { 36: Buffer } }), bytes)
  const next = new Holding(client, 'bytes', { behind: placeOf(2) })
  await next.heartbeat()
  assert.deepEqual(next.lost, [])
})

test('a removal leaves a tombstone that ends by itself, and so does an expiry', async () => {
  const holding = new Holding(client, 'ends', { tombstoneMs: 400, retentionMs: 300 })
  const expiresAtMs = Date.now() + 300
  await holding.deliver([put(1, 'removed'), put(2, 'expires', { expiresAtMs }), remove(3, 'removed', 1)])
  assert.deepEqual(await client.mGet(['removed', 'expires']), [null, 'body 2'])
  const [tombstone, fence] = [await client.pTTL(fenceKey('removed')), await client.pTTL(fenceKey('expires'))]
  assert.ok(tombstone > 0 && tombstone <= 400)
  assert.ok(fence > tombstone && fence <= 700)
  await new Promise(resolve => setTimeout(resolve, 350))
  assert.equal(await client.get('expires'), null)
  // An older image without an expiry must not bring it back.
  await new Holding(client, 'ends').deliver([put(1, 'expires')])
  assert.equal(await client.get('expires'), null)
  await new Promise(resolve => setTimeout(resolve, 500))
  assert.equal(await client.exists([fenceKey('removed'), fenceKey('expires')]), 0)
})

test('a worker that was asleep for longer than the tombstone brings nothing back', async () => {
  const asleep = new Holding(client, 'asleep for long')
  asleep.add([put(1, 'long gone')])
  await new Holding(client, 'asleep for long', { tombstoneMs: 20, retentionMs: 10 }).deliver([
    put(1, 'long gone'),
    remove(2, 'long gone', 1),
  ])
  await new Promise(resolve => setTimeout(resolve, 60))
  await asleep.flush()
  assert.deepEqual([asleep.applied, await client.exists(['long gone', fenceKey('long gone')])], [0, 0])
  await asleep.deliver([put(3, 'long gone')])
  assert.equal(await client.get('long gone'), 'body 3')
})

test('an image that has expired already is not there, and a later one without an expiry stays', async () => {
  const holding = new Holding(client, 'late')
  await holding.deliver([put(1, 'late', { expiresAtMs: Date.now() - 5_000 })])
  assert.equal(await client.get('late'), null)
  assert.equal(await client.exists(fenceKey('late')), 1)
  await holding.deliver([put(2, 'late')])
  assert.deepEqual(
    [await client.get('late'), await client.pTTL('late'), await client.pTTL(fenceKey('late'))],
    ['body 2', -1, -1],
  )
})

test('the sweep leaves what was written after it had read the fence', async () => {
  const holding = new Holding(client, 'sweep')
  await holding.deliver([put(1, 'swept'), put(2, 'kept')])
  const read = async (key: string) => ({ key, fence: (await client.get(fenceKey(key))) ?? '' })
  const [swept, kept] = [await read('swept'), await read('kept')]
  await holding.deliver([put(3, 'kept')])
  assert.equal(await removeGone(client, [swept, kept], hour), 1)
  assert.deepEqual(await client.mGet(['swept', 'kept']), [null, 'body 3'])
  // The tombstone holds a scan's image back that is not newer, and lets a newer one in.
  const image = { key: 'swept', body: 'scanned' }
  assert.equal(await writeScanned(client, [{ ...image, version: 1 }], hour), 0)
  assert.equal(await writeScanned(client, [{ ...image, version: 4 }], hour), 1)
  assert.equal(await client.get('swept'), 'scanned')
})

test('options by which a script would fail half way are refused', async () => {
  for (const [name, value] of [
    ['keysPerCall', 1_001],
    ['keysPerCall', 0],
    ['tombstoneMs', 2 * 86_400_000 + 0.5],
    ['tombstoneMs', Number.POSITIVE_INFINITY],
    ['retentionMs', 0.5],
    ['maxHeld', 0],
  ] as const)
    assert.throws(
      () => new Holding(client, 'refused', { [name]: value }),
      (error: unknown) => error instanceof RangeError && error.message.includes(`${name} is ${value}`),
    )
  const many = new Holding(client, 'most', { keysPerCall: 1_000 })
  const keys = Array.from({ length: 1_000 }, (_, n) => `most:${n}`)
  await many.deliver(keys.map((key, n) => put(n, key)))
  await many.deliver(keys.map((key, n) => remove(1_000 + n, key, n)))
  assert.equal(await client.exists(keys), 0)
})

test('a server that is down fails the flush, which keeps all, and goes through when it is back with its file', async () => {
  const holding = new Holding(client, 'down')
  await holding.deliver([put(1, 'down'), { ...placeOf(2), write: { kind: 'add', key: 'down:count', by: 2 } }])
  await server.kill()
  holding.add([put(3, 'down'), { ...placeOf(4), write: { kind: 'add', key: 'down:count', by: 40 } }])
  await assert.rejects(() => holding.flush())
  await server.restart()
  await untilReady(lab)
  await holding.flush()
  assert.deepEqual(await client.mGet(['down', 'down:count']), ['body 3', '42'])
  assert.deepEqual(holding.lost, [])
})

test('a version that is no integer fails its record', () => {
  const holding = new Holding(client, 'wrong')
  assert.throws(() => {
    holding.add([put(1, 'wrong', { version: 1.5 })])
  }, /version must be an integer/)
})

test('a counter that holds no integer fails its flush by name, nothing is counted, and all of it once that is mended', async () => {
  const add = (n: number, key: string): PlacedWrite => ({ ...placeOf(n), write: { kind: 'add', key, by: n } })
  for (const [wrong, spoil] of [
    ['list', () => client.lPush('counts:list', 'x')],
    ['text', () => client.set('counts:text', 'x')],
  ] as const) {
    await client.set('counts:good', 5)
    await spoil()
    const holding = new Holding(client, `counts ${wrong}`)
    holding.add([add(1, 'counts:good'), add(2, `counts:${wrong}`)])
    await assert.rejects(() => holding.flush(), new RegExp(`adding 2 to counts:${wrong}`))
    assert.equal(await client.get('counts:good'), '5')
    await client.del(`counts:${wrong}`)
    await holding.flush()
    assert.deepEqual(await client.mGet(['counts:good', `counts:${wrong}`]), ['6', '2'])
    assert.deepEqual(holding.lost, [])
  }
})

test('what is of another type at the key of an item or its fence is overwritten', async () => {
  await client.lPush('typed', 'x')
  await client.lPush(fenceKey('typed'), 'x')
  await new Holding(client, 'typed').deliver([put(1, 'typed')])
  assert.equal(await client.get('typed'), 'body 1')
  assert.match((await client.get(fenceKey('typed'))) ?? '', /^0{19}10/)
})

test('a server that is full fails the flush, which keeps all, and writes it when there is room', async () => {
  const holding = new Holding(client, 'full')
  await holding.deliver([put(1, 'full'), { ...placeOf(2), write: { kind: 'add', key: 'full:count', by: 2 } }])
  await client.configSet('maxmemory', '1')
  try {
    holding.add([remove(3, 'full', 1), { ...placeOf(4), write: { kind: 'add', key: 'full:count', by: 40 } }])
    await assert.rejects(() => holding.flush(), /OOM/)
    assert.deepEqual(await client.mGet(['full', 'full:count']), ['body 1', '2'])
  } finally {
    await client.configSet('maxmemory', '0')
  }
  await holding.flush()
  assert.deepEqual(await client.mGet(['full', 'full:count']), [null, '42'])
  assert.deepEqual(holding.lost, [])
})

test('a script that fails half way has written nothing that is taken as done', async () => {
  const holding = new Holding(client, 'half')
  holding.add([put(1, 'half:a', { expiresAtMs: Date.now() + hour }), put(2, 'half:b'), remove(3, 'half:c', 1)])
  for (const command of ['mset', 'del', 'mget', 'hset']) {
    await client.sendCommand(['ACL', 'SETUSER', 'default', `-${command}`])
    await assert.rejects(() => holding.flush(), /permission|NOPERM|can't run/i)
    await client.sendCommand(['ACL', 'SETUSER', 'default', `+${command}`])
  }
  await holding.flush()
  assert.deepEqual(await client.mGet(['half:a', 'half:b']), ['body 1', 'body 2'])
  assert.equal(await client.exists(['fence:half:a', 'fence:half:b', 'fence:half:c']), 3)
})

test('an expiry in the far future leaves the fence as it must be, and one that is no number fails its record', async () => {
  const holding = new Holding(client, 'far')
  // Milliseconds where seconds belong, a thousand times too late.
  await holding.deliver([put(7, 'far', { expiresAtMs: Date.now() * 1_000 })])
  assert.match((await client.get(fenceKey('far'))) ?? '', /^0{19}70/)
  await holding.deliver([put(8, 'far')])
  assert.equal(await client.get('far'), 'body 8')
  assert.throws(() => {
    holding.add([put(9, 'far', { expiresAtMs: Number.NaN })])
  }, /must be a number/)
})

/** A client whose calls fail, before or after the server has done them, as the script says. */
function failing(script: readonly ('works' | 'notSent' | 'answerLost')[]) {
  let calls = 0
  return {
    async sendCommand(args: readonly (string | Buffer)[]): Promise<unknown> {
      const how = script[calls++] ?? 'works'
      if (how === 'notSent') throw new Error('the connection is gone')
      const answer = await client.sendCommand(args)
      if (how === 'answerLost') throw new Error('the connection is gone')
      return answer
    },
  }
}

test('increments count once, whatever is replayed by whom, and whichever calls fail', async () => {
  const session = fc.record({
    shard: fc.nat(1),
    back: fc.nat(8),
    count: fc.integer({ min: 1, max: 8 }),
    calls: fc.array(fc.constantFrom('works', 'notSent', 'answerLost'), { maxLength: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(session, { maxLength: 20, size: 'max' }), async sessions => {
      const [run, total] = [++runs, 12]
      // Places inside an aggregate count as well; the third of each three goes to a second counter.
      const records = Array.from(
        { length: total },
        (_, n): PlacedWrite => ({
          ...placeOf(Math.floor(n / 2), n % 2),
          write: { kind: 'add', key: `counter:${run}:${n % 3 === 2 ? 'b' : 'a'}`, by: n + 1 },
        }),
      )
      const delivered = [0, 0]
      const old = new Holding(client, `counters:${run}`, { shardId: 'shard-0', keysPerCall: 1 })
      for (const { shard, back, count, calls } of sessions) {
        const from = Math.max(0, (delivered[shard] ?? 0) - back)
        const to = Math.min(total, from + count)
        const behind = records[from - 1]
        const holding = new Holding(failing(calls), `counters:${run}`, {
          shardId: `shard-${shard}`,
          keysPerCall: 1,
          ...(behind && { behind }),
        })
        holding.add(records.slice(from, to))
        // As batchProcessor does: what failed is flushed again.
        for (let attempt = 0; ; attempt++) {
          try {
            await holding.flush()
            break
          } catch (error) {
            if (!/the connection is gone/.test(String(error)) || attempt > 10) throw error
          }
        }
        delivered[shard] = Math.max(delivered[shard] ?? 0, to)
        assert.deepEqual(
          holding.lost.filter(why => why !== null),
          [],
        )
      }
      // A worker that was asleep all the while, and has it all still before it.
      await old.deliver(records)
      await new Holding(client, `counters:${run}`, { shardId: 'shard-1' }).deliver(records)
      const sum = (name: string) =>
        records.reduce((all, { write }) => all + (write?.kind === 'add' && write.key.endsWith(name) ? write.by : 0), 0)
      const counted = await client.mGet([`counter:${run}:a`, `counter:${run}:b`])
      assert.deepEqual(counted.map(Number), [2 * sum('a'), 2 * sum('b')])
    }),
    { numRuns: 40 },
  )
})
