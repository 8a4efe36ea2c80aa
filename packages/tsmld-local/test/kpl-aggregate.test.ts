import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { encodeAggregate } from '../src/kpl-aggregate.ts'

test('an aggregate is the magic, a protobuf message and its MD5', () => {
  const aggregate = encodeAggregate([
    { partitionKey: 'a', data: Buffer.from('x') },
    { partitionKey: 'b', explicitHashKey: '7', data: Buffer.from('yz') },
    { partitionKey: 'a', data: Buffer.alloc(0) },
  ])
  const message = aggregate.subarray(4, -16)
  assert.equal(aggregate.subarray(0, 4).toString('hex'), 'f3899ac2')
  assert.deepEqual(aggregate.subarray(-16), createHash('md5').update(message).digest())
  // Two partition keys, an explicit hash key, three records.
  const expected = ['0a0161', '0a0162', '120137', '1a0508001a0178', '1a08080110001a02797a', '1a0408001a00']
  assert.equal(message.toString('hex'), expected.join(''))
})

test('lengths of more than a byte are varints', () => {
  const aggregate = encodeAggregate([{ partitionKey: 'k', data: Buffer.alloc(300) }])
  // The record is 2 bytes of index, 3 of the data's tag and length, 300 of data: 305, written b1 02.
  assert.equal(aggregate.subarray(7, 15).toString('hex'), '1ab10208001aac02')
})
