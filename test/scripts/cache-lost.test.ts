// Why a worker of examples/cache-population says that its cache is not whole.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { cacheKeys } from '../../examples/cache-population/cache-keys.ts'
import { LostCaches } from '../../examples/cache-population/lost-caches.ts'

const keys = cacheKeys('cache')

test('a cache that lost changes is said to, by the hashes of both streams alone, until a seeding has mended them', async () => {
  const states: Record<string, Record<string, string>> = {}
  const said: string[] = []
  const lost = new LostCaches(
    { hmGet: async (key, fields) => fields.map(field => states[key]?.[field] ?? null) },
    keys,
    line => said.push(line),
  )
  const looked = async () => {
    lost.look()
    await setImmediate()
  }
  await looked()
  assert.deepEqual(lost.reasons, ['the cache was never seeded'])

  states[keys.itemsState] = { seededAt: '1', lost: `${Date.UTC(2026, 0, 1)} it was wiped` }
  states[keys.countersState] = { lost: 'as somebody wrote it' }
  await looked()
  assert.deepEqual(lost.reasons, [
    'cache:state:items lost changes: it was wiped (found 2026-01-01T00:00:00.000Z)',
    'cache:state:counters lost changes: as somebody wrote it',
  ])
  // Said when it changes.
  await looked()
  assert.equal(said.length, 2)
  assert.match(
    said[1] ?? '',
    /^THE CACHE IS NOT WHOLE: cache:state:items lost .*; cache:state:counters lost .*node dist\/seed-main\.js$/,
  )

  // This worker may hold no shard any more whose flusher would hear of it.
  states[keys.itemsState] = { seededAt: '2' }
  states[keys.countersState] = {}
  await looked()
  assert.deepEqual([lost.reasons, said.at(-1)], [[], 'The cache is whole again.'])
  lost.stop()
  assert.equal(said.length, 3)
})
