import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identityOf, itemChanges, itemTotal, kinesisPuts, kinesisTotal, recordData } from '../../src/demo/workload.ts'

test('20,000 different Kinesis records are put, each key in order, some of them in aggregates', () => {
  const puts = kinesisPuts()
  const next = new Map<string, number>()
  for (const { key, n } of puts.flat()) {
    assert.equal(n, next.get(key) ?? 0, key)
    next.set(key, n + 1)
  }
  assert.equal(puts.flat().length, 20_000)
  assert.equal(kinesisTotal, 20_000)
  assert.equal(puts.filter(put => put.length > 1).length, 500)
})

test('the user records of an aggregate have one key, so that the KCL finds all of them in their shard', () => {
  for (const put of kinesisPuts()) assert.equal(new Set(put.map(({ key }) => key)).size, 1)
})

test('2,000 changes take every item from its insertion to its removal', () => {
  const changes = itemChanges()
  assert.equal(changes.flat().length, 2_000)
  assert.equal(itemTotal, 2_000)
  for (const item of changes)
    assert.deepEqual(
      item.map(({ action }) => action),
      ['insert', 'modify', 'modify', 'remove'],
    )
})

test('a record is about 100 bytes and tells its identity', () => {
  const identity = { key: 'key-017', n: 42 }
  const data = Buffer.from(recordData(identity))
  assert.deepEqual(identityOf(data), identity)
  assert.ok(data.length >= 90 && data.length <= 120, String(data.length))
})
