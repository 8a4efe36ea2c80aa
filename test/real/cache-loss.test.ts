// How the Redis flusher of examples/cache-population finds out that its server lost what it had, or missed changes, on a real server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Holding, placeOf, put, redisLab } from './support/cache-lab.ts'

const { client } = await redisLab()
const hour = 3_600_000

test('a cache that was wiped is found out, by the next write or, over a quiet shard, by the heartbeat', async () => {
  for (const notice of [
    (holding: Holding) => holding.deliver([put(3, 'wiped')]),
    (holding: Holding) => holding.heartbeat(),
  ]) {
    const holding = new Holding(client, 'wiped')
    await holding.deliver([put(1, 'wiped'), put(2, 'other')])
    await client.flushAll()
    await notice(holding)
    assert.match(
      String(holding.lost[0]),
      /^\d+ it has not what it confirmed of shardId-000000000000: it stands at nothing, not at 03849590/,
    )
    // It goes on all the same, says so to everyone, and once.
    await holding.deliver([put(4, 'wiped')])
    assert.equal(holding.lost.length, 1)
    assert.equal(await client.get('wiped'), 'body 4')
    const other = new Holding(client, 'wiped', { shardId: 'shardId-000000000001' })
    await other.heartbeat()
    assert.deepEqual(other.lost, holding.lost)
    // Until it was seeded.
    await client.hDel('state:wiped', 'lost')
    await holding.heartbeat()
    assert.deepEqual(holding.lost.slice(1), [null])
  }
})

test('a lease table that is ahead of the cache is found out when the shard begins', async () => {
  const holding = new Holding(client, 'ahead', { behind: placeOf(7) })
  await holding.deliver([put(8, 'ahead')])
  assert.match(String(holding.lost[0]), /it stands at nothing/)
})

test('a cache that nobody wrote to for longer than the retention is found out, and so is a delivery that is nearly as old', async () => {
  const holding = new Holding(client, 'asleep', { retentionMs: 200 })
  await holding.deliver([put(1, 'asleep')])
  await new Promise(resolve => setTimeout(resolve, 300))
  const next = new Holding(client, 'asleep', { retentionMs: 200, behind: placeOf(1) })
  await next.heartbeat()
  assert.match(String(next.lost[0]), /nothing was written to it since \d+, for longer than the stream keeps a change/)

  const late = new Holding(client, 'late deliveries')
  await late.deliver([put(1, 'a')], 22 * hour)
  assert.deepEqual(late.lost, [])
  await late.deliver([put(2, 'a')], 23.5 * hour)
  assert.match(String(late.lost[0]), /delivers changes that are 84600000 ms old/)
})

test('a cache that was seeded a retention ago, and that no worker ever wrote to, has missed what the stream forgot', async () => {
  const first = (seededAt: number) => async () => {
    await client.del('state:unattended')
    await client.hSet('state:unattended', 'seededAt', String(seededAt))
    const holding = new Holding(client, 'unattended')
    await holding.heartbeat()
    return holding.lost
  }
  assert.deepEqual(await first(Date.now() - 23 * hour)(), [])
  const longAgo = Date.now() - 25 * hour
  assert.match(String((await first(longAgo)())[0]), new RegExp(`nothing was written to it since ${longAgo},`))
})

test('a seeding covers what was missed before it, also where no worker ran until it had ended', async () => {
  const now = Date.now()
  await client.hSet('state:covered', { aliveAt: String(now - 30 * hour), seededAt: String(now - hour) })
  const holding = new Holding(client, 'covered')
  await holding.heartbeat()
  assert.deepEqual(holding.lost, [])
})

test('a server that forgot the end of a shard is found out by its process at the child, which has no gap', async () => {
  const parent = new Holding(client, 'forgotten', { shardId: 'parent' })
  await parent.deliver([put(1, 'forgotten')])
  const [state, calls] = [await client.hGetAll('state:forgotten'), await client.hGet('state:forgotten', 'calls')]
  await parent.deliver([put(2, 'forgotten')])
  const child = parent.beside({ shardId: 'child' })
  // It comes back with its file as it was before.
  await client.flushAll()
  await client.hSet('state:forgotten', state)
  await child.deliver([put(3, 'child’s')])
  assert.equal(calls, '1')
  assert.match(String(parent.lost[0]), /it has forgotten calls that it had confirmed: it knows of 1, not of 2/)
  // Once, by all the process' shards.
  await child.deliver([put(4, 'child’s')])
  await new Holding(client, 'forgotten', { shardId: 'child', behind: placeOf(4) }).heartbeat()
  assert.equal(await client.hGet('state:forgotten', 'losses'), '1')
})

test('each reason counts, also where the cache was lost before', async () => {
  const holding = new Holding(client, 'again')
  for (const losses of ['1', '2']) {
    await holding.deliver([put(Number(losses), 'again')])
    await client.hDel('state:again', 'p:shardId-000000000000')
    await holding.heartbeat()
    assert.equal(await client.hGet('state:again', 'losses'), losses)
  }
  assert.equal(holding.lost.length, 1)
})
