import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kinesisStream } from '../../src/index.ts'
import { testDynamodbShard, testShard } from '../../src/testing/index.ts'
import { checkpointed, saving } from '../support/shard-under-test.ts'

const refused = (message: RegExp): object => ({ name: 'ConfigError', message })

for (const [what, given, message] of [
  ['a text', 'hello', /a record of deliver\(\) needs an object/],
  [
    "the SDK's record",
    { Data: 'a', PartitionKey: 'k' },
    /Option 'Data' of a record of deliver\(\) is unknown\. Did you mean 'data'/,
  ],
  ['wide numbers as data', { data: new Uint16Array([300]) }, /'data' .* must be a text or a Uint8Array, not /],
  ['a number as data', { data: 3 }, /'data' .* must be a text or a Uint8Array, not 3/],
  ['a number as its place', { sequenceNumber: 3 }, /'sequenceNumber' .* must be a text of decimal digits, not 3/],
  ['no time', { arrivedAt: new Date('x') }, /'arrivedAt' .* must be a valid Date/],
] as const)
  test(`delivered, ${what} fails the test by its name`, async () => {
    await using shard = await testShard(saving)
    await assert.rejects(async () => shard.deliver([given as never]), refused(message))
    assert.deepEqual(shard.statuses, ['initialize'])
  })

test('a change without keys, or with what it does not have, fails the test by its name', async () => {
  await using shard = await testDynamodbShard(() => ({ processRecords() {} }))
  await assert.rejects(async () => shard.deliver([{ newImage: { id: 1 } } as never]), refused(/needs its 'keys'/))
  await assert.rejects(async () => shard.deliver([{ Keys: {} } as never]), refused(/'Keys' .* Did you mean 'keys'/))
})

for (const [what, error, message] of [
  ['a slip', 'ThrottlingExeption', /'ThrottlingExeption' .* none of the KCL's\. Did you mean 'ThrottlingException'\?/],
  ['nothing', undefined, /must be the simple name of a Java exception, not undefined: ThrottlingException, /],
  ['an Error', new Error('x'), /must be the simple name of a Java exception, not an object/],
] as const)
  test(`failCheckpoints() of ${what} fails the test`, async () => {
    await using shard = await testShard(saving)
    assert.throws(() => shard.failCheckpoints(error as never), refused(message))
    await shard.deliver([{}])
    assert.deepEqual(checkpointed(shard), ['1'])
  })

test('times and milliseconds are numbers', async () => {
  await using shard = await testShard(saving)
  assert.throws(
    () => shard.failCheckpoints('AnyException', 'x' as never),
    refused(/in failCheckpoints\(\), must be a whole number/),
  )
  assert.throws(() => shard.loseAnswers(-1), refused(/in loseAnswers\(\), must be/))
  for (const ms of ['1000', -1, Number.NaN])
    await assert.rejects(async () => shard.advance(ms as never), refused(/advance\(\) needs a number of milliseconds/))
})

test('what makes no processors is refused at once', async () => {
  const stream = kinesisStream({ streamName: 'clicks', applicationName: 'clicks-cache', processor: saving })
  await assert.rejects(
    testShard(undefined as never),
    refused(/testShard\(\) needs a processor, as eachRecord\(\) makes one, not undefined/),
  )
  await assert.rejects(testShard(stream as never), refused(/not a stream: give what is its processor/))
  await assert.rejects(testDynamodbShard({} as never), refused(/testDynamodbShard\(\) needs a processor/))
})

test('a checkpoint at a number is refused, and ends neither the session nor the process', async () => {
  await using shard = await testShard(() => ({
    processRecords(_, checkpointer) {
      void checkpointer.checkpoint({ sequenceNumber: 1, subSequenceNumber: 0 } as never)
    },
  }))
  assert.equal(await shard.deliver([{}]), true)
  assert.equal(shard.ended, null)
  assert.deepEqual(checkpointed(shard), [])
})
