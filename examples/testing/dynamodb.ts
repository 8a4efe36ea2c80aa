import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DynamodbRecord, eachRecord } from 'tsmld'
import { testDynamodbShard } from 'tsmld/testing'

interface Item {
  readonly id: string
  readonly price: number
}

test('the price of an item follows its changes', async () => {
  const prices = new Map<string, number>()
  const processor = eachRecord<DynamodbRecord<Item, 'NEW_AND_OLD_IMAGES'>>(({ eventName, newImage, oldImage }) => {
    if (eventName === 'REMOVE') prices.delete(oldImage.id)
    else prices.set(newImage.id, newImage.price)
  })

  await using shard = await testDynamodbShard<Item, 'NEW_AND_OLD_IMAGES'>(processor)
  await shard.deliver([
    { keys: { id: 'a' }, newImage: { id: 'a', price: 1 } }, // an insert
    { keys: { id: 'a' }, newImage: { id: 'a', price: 2 }, oldImage: { id: 'a', price: 1 } },
    { keys: { id: 'b' }, oldImage: { id: 'b', price: 5 } }, // a removal
  ])
  assert.deepEqual([...prices], [['a', 2]])
  assert.equal(await shard.endShard(), true)
})
