// The seeding of examples/cache-population, from a real table into a real cache.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cacheKeys } from '../../examples/cache-population/cache-keys.ts'
import { type Item, imageOf, putItem, removeItem } from '../../examples/cache-population/items.ts'
import { differences, expectedOf } from '../../examples/cache-population/lab/compare.ts'
import { fenceKey, type RedisClient } from '../../examples/cache-population/redis-scripts.ts'
import { writeScanned } from '../../examples/cache-population/scan-writes.ts'
import { type SeedLine, seed } from '../../examples/cache-population/seed.ts'
import { redisLab } from './support/cache-lab.ts'
import { localStack } from './support/stack.ts'

const { client } = await redisLab()
const { dynamodb, createTable } = await localStack()
const { tableName } = await createTable()
const cacheName = 'seeded'
const keys = cacheKeys(cacheName)
const stateKey = keys.itemsState
const items = 1_200
let version = 0

const itemOf = (n: number): Item => ({ id: String(n), name: `item ${n}`, price: n, version: ++version, writtenAt: 1 })
const put = (n: number) => putItem(dynamodb, tableName, itemOf(n))
const run = (onProgress: (line: SeedLine) => void = () => {}) =>
  seed({ dynamodb, tableName, client, keys, segments: 2, settleMs: 0, onProgress })
const isWhole = async () => {
  const expected = await expectedOf(dynamodb, tableName, new Map())
  assert.deepEqual(await differences(client, cacheName, expected), [])
  return expected.size
}

test('a seeding fills a cache, and says how far it is', async () => {
  for (let n = 0; n < items; n += 20) await Promise.all(Array.from({ length: 20 }, (_, lane) => put(n + lane)))
  const lines: SeedLine[] = []
  const done = await run(line => lines.push(line))
  assert.deepEqual([done.phase, done.items, done.written, done.removed], ['done', items, items, 0])
  assert.ok(
    lines.some(
      ({ phase, itemsPerSecond, secondsLeft }) => phase === 'scanning' && itemsPerSecond > 0 && secondsLeft !== null,
    ),
  )
  assert.ok(lines.every(({ items, ofItems, secondsLeft }) => items < ofItems || secondsLeft === null))
  assert.equal(await isWhole(), items)
  assert.match((await client.hGet(stateKey, 'seededAt')) ?? '', /^\d+$/)
})

test('one that was interrupted goes on where it was', async () => {
  await client.flushAll()
  const interrupted = run(({ items }) => {
    if (items >= 500) throw new Error('interrupted')
  })
  await assert.rejects(interrupted, /interrupted/)
  const before = await client.dbSize()
  assert.ok(before >= 1_000, 'each key has a fence')
  const done = await run()
  assert.equal(done.items, items, 'nothing was read twice')
  assert.ok(done.written <= items - 500, `${done.written} were left`)
  assert.equal(await isWhole(), items)
})

test('it mends what missed changes: older images, items that are gone, and those that are new', async () => {
  await Promise.all([put(1), put(items + 1), removeItem(dynamodb, tableName, '2')])
  const stranger = { ...imageOf(itemOf(9_999), keys.items), key: `${keys.items}never there` }
  await writeScanned(client, [stranger], 60_000)
  const done = await run()
  assert.deepEqual([done.written, done.removed], [2, 2])
  await isWhole()
  // Both are held back by a tombstone.
  assert.equal(await client.exists([fenceKey(`${keys.items}2`), fenceKey(stranger.key)]), 2)
  assert.equal((await run()).removed, 0)
})

test('a cache that is wiped meanwhile is seeded from the beginning', async () => {
  let wipes = 1
  const wiped: Promise<unknown>[] = []
  await run(() => {
    if (wipes-- > 0) wiped.push(client.flushAll())
  })
  assert.equal(wiped.length, 1)
  await isWhole()
})

/** What a worker's call that found it out would leave. */
const loses = async (state: string, why: string) => {
  await client.hSetNX(state, 'lost', `${Date.now()} ${why}`)
  await client.hIncrBy(state, 'losses', 1)
}

test('what was lost after it began is not taken as mended, also where it was lost before; what was lost before is', async () => {
  await loses(stateKey, 'it was wiped')
  await run()
  assert.equal(await client.hGet(stateKey, 'lost'), null)
  for (const before of [false, true]) {
    if (before) await loses(stateKey, 'it was wiped')
    const marking: Promise<unknown>[] = []
    const again = run(() => {
      if (marking.length === 0) marking.push(loses(stateKey, 'it was wiped again'))
    })
    await assert.rejects(again, /lost changes while it was seeded \(\d+ it was wiped.*\): seed it once more/)
    await Promise.all(marking)
    assert.match((await client.hGet(stateKey, 'lost')) ?? '', before ? /wiped$/ : /wiped again$/)
    await run()
    assert.equal(await client.hGet(stateKey, 'lost'), null)
  }
})

test('what the other shards find out in its first moments was lost before it began', async () => {
  await loses(stateKey, 'it was wiped')
  const seeding = seed({ dynamodb, tableName, client, keys, segments: 2, settleMs: 500 })
  await new Promise(resolve => setTimeout(resolve, 100))
  await loses(stateKey, 'it was wiped, says another')
  await seeding
  assert.equal(await client.hGet(stateKey, 'lost'), null)
})

test('what the counters lost is said no longer, unless they lost more meanwhile', async () => {
  await loses(keys.countersState, 'it was wiped')
  const marking: Promise<unknown>[] = []
  await run(() => {
    if (marking.length === 0) marking.push(loses(keys.countersState, 'it was wiped again'))
  })
  await Promise.all(marking)
  assert.match((await client.hGet(keys.countersState, 'lost')) ?? '', /it was wiped$/)
  await run()
  assert.equal(await client.hGet(keys.countersState, 'lost'), null)
})

test('a page that was read before the cache was wiped, and written after, does not leave what the table no longer has', async () => {
  await client.flushAll()
  let isFirst = true
  const slow: RedisClient = {
    async sendCommand(args) {
      // The first write of a page: item 4 is removed, which the stream brought to the cache before it was wiped.
      if (isFirst && args.length > 300) {
        isFirst = false
        await removeItem(dynamodb, tableName, '4')
        await client.flushAll()
      }
      return client.sendCommand(args)
    },
  }
  await seed({ dynamodb, tableName, client: slow, keys, segments: 1, settleMs: 0 })
  assert.equal(isFirst, false)
  await isWhole()
})

test('a key that the server names twice is asked for once', async () => {
  const stranger = { ...imageOf(itemOf(9_998), keys.items), key: `${keys.items}named twice` }
  await writeScanned(client, [stranger], 60_000)
  const twice: RedisClient = {
    async sendCommand(args) {
      const answer = await client.sendCommand(args)
      if (args[0] !== 'SCAN') return answer
      const [next, names] = answer as unknown as [string, string[]]
      return [next, names.flatMap(name => [name, name])]
    },
  }
  const { removed } = await seed({ dynamodb, tableName, client: twice, keys, segments: 2, settleMs: 0 })
  assert.equal(removed, 1)
  await isWhole()
})

test('a Redis that is away at whatever moment is waited for', async () => {
  await client.flushAll()
  let isAway = false
  let times = 0
  const flaky: RedisClient = {
    sendCommand(args) {
      isAway = !isAway
      if (!isAway) return client.sendCommand(args)
      times++
      return Promise.reject(new Error('The client is offline'))
    },
  }
  const done = await seed({ dynamodb, tableName, client: flaky, keys, segments: 2, settleMs: 0 })
  assert.ok(times > 10)
  assert.equal(await isWhole(), done.items)
  // It was away at the end as well: the lock then lasts for its 30 s.
  await client.del(`${stateKey}:seed:lock`)
  const ending = new AbortController()
  const aborted = seed({
    dynamodb,
    tableName,
    client: { sendCommand: () => Promise.reject(new Error('The client is offline')) },
    keys,
    segments: 2,
    settleMs: 0,
    signal: ending.signal,
  })
  setTimeout(() => ending.abort(new Error('told to end')), 300)
  await assert.rejects(aborted, /told to end/)
})

test('two seedings of one cache at a time: the second refuses', async () => {
  let second: Promise<unknown> | undefined
  await client.hDel(stateKey, 'lost')
  await run(() => {
    second ??= assert.rejects(run(), /Another seeding of this cache runs/)
  })
  assert.ok(second)
  await second
})

test('two caches in one server know nothing of each other', async () => {
  await client.flushAll()
  const other = 'seeded-2'
  await run()
  const first = (await client.dbSize()) - 1
  await seed({ dynamodb, tableName, client, keys: cacheKeys(other), segments: 2, settleMs: 0 })
  assert.equal(await client.dbSize(), 2 * (first + 1))
  await removeItem(dynamodb, tableName, '3')
  // The sweep of the one leaves the other's keys.
  assert.equal((await run()).removed, 1)
  assert.deepEqual([await client.exists(`${keys.items}3`), await client.exists(`${cacheKeys(other).items}3`)], [0, 1])
  await isWhole()
})
