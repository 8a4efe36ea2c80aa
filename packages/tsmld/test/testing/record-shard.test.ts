import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eachRecord } from '../../src/processors/each-record.ts'
import type { DynamodbRecord } from '../../src/records/dynamodb-record.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import { recordShard, replayDynamodbShard, replayShard, testDynamodbShard, testShard } from '../../src/testing/index.ts'
import { checkpointed, errorOf, saving, textOf } from '../support/shard-under-test.ts'

const root = mkdtempSync(join(tmpdir(), 'tsmld-recordings-'))
after(() => rmSync(root, { recursive: true }))

const newFolder = (): string => join(mkdtempSync(join(root, 'test-')), 'recordings')

/** The one recording of a folder. */
function onlyFile(folder: string): string {
  const [name, ...others] = readdirSync(folder)
  assert.ok(name !== undefined && others.length === 0)
  return join(folder, name)
}

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/frames/${name}`, import.meta.url))

/** Notes everything that it is told, and checkpoints each batch. */
function noting(seen: string[]): ProcessorFactory<KinesisRecord> {
  return shard => {
    const note = (what: string): void => void seen.push(what)
    note(`made ${shard.shardId} after ${shard.startingPosition.sequenceNumber}`)
    shard.stopping.addEventListener('abort', () => note('stopping'))
    return {
      emptyBatches: true,
      async processRecords({ records, millisBehindLatest, atShardEnd }, checkpointer) {
        const texts = records.map(
          record =>
            `${record.sequenceNumber}/${record.subSequenceNumber} ${record.data.toString('hex')} ${String(record.partitionKey)} ${String(record.explicitHashKey)} ${String(record.approximateArrivalTimestamp?.getTime())} ${String(record.encryptionType)} ${String(record.aggregated)}`,
        )
        note(`${texts.join()} ${String(millisBehindLatest)} ${atShardEnd}`)
        await checkpointer.checkpoint()
      },
      shardEnded: () => note('shardEnded'),
      shutdownRequested: () => note('shutdownRequested'),
      leaseLost: () => note('leaseLost'),
    }
  }
}

for (const ending of ['endShard', 'requestShutdown', 'stop', 'loseLease'] as const)
  test(`a recorded shard (${ending}) is replayed with the same records, positions and ending`, async () => {
    const folder = newFolder()
    const live: string[] = []
    await using shard = await testShard(recordShard(noting(live), folder), {
      startingPosition: { sequenceNumber: '3', subSequenceNumber: 0 },
    })
    await shard.deliver([
      { data: 'ä', partitionKey: 'k', sequenceNumber: '7' },
      { subSequenceNumber: 1, data: Buffer.of(0) },
    ])
    await shard.advance(1_000)
    await shard.deliver([], { millisBehindLatest: null })
    await shard.deliver([{ explicitHashKey: '5' }], { millisBehindLatest: 12, atShardEnd: true })
    await shard[ending]()
    const file = onlyFile(folder)
    const again: string[] = []
    const replayed = await replayShard(file, noting(again))
    await using second = replayed.shard
    assert.deepEqual(again, live)
    assert.deepEqual(second.ended, shard.ended)
    assert.deepEqual(second.checkpoints, shard.checkpoints)
    assert.equal(second.nowMs, shard.nowMs)
    assert.deepEqual(replayed.recordedCheckpoints, shard.checkpoints)
    assert.deepEqual([statSync(file).mode & 0o777, statSync(folder).mode & 0o777], [0o600, 0o700])
  })

test('changes of a DynamoDB shard are recorded as their bytes, and replayed as items', async () => {
  interface Item {
    readonly id: string
    readonly n?: number
  }
  const noted = (seen: unknown[]): ProcessorFactory<DynamodbRecord<Item>> =>
    eachRecord((record: DynamodbRecord<Item>) => void seen.push(JSON.stringify(record)))
  const live: unknown[] = []
  const again: unknown[] = []
  const folder = newFolder()
  await using shard = await testDynamodbShard<Item>(recordShard(noted(live), folder))
  await shard.deliver([])
  await shard.deliver([{ keys: { id: 'a' }, newImage: { id: 'a', n: 2 }, eventId: 'e' }, { keys: { id: 'b' } }])
  await shard.endShard()
  const file = onlyFile(folder)
  const replayed = await replayDynamodbShard<Item>(file, noted(again))
  assert.equal(live.length, 2)
  assert.deepEqual(again, live)
  assert.deepEqual(replayed.shard.ended, { kind: 'shardEnded' })
  await replayed.shard.close()
  await assert.rejects(replayShard(file, saving), /are dynamodb-binary: it is a shard of the other type of stream/)
})

for (const daemon of ['embedded', 'stock'] as const)
  test(`a shard of a DynamoDB stream that ends without a record is recorded as one (${daemon})`, async () => {
    const folder = newFolder()
    await using shard = await testDynamodbShard(
      recordShard(
        eachRecord<DynamodbRecord>(() => {}),
        folder,
      ),
      { daemon },
    )
    await shard.deliver([])
    await shard.endShard()
    const { shard: second, recordedCheckpoints } = await replayDynamodbShard(onlyFile(folder), () => ({
      processRecords() {},
    }))
    assert.deepEqual(second.ended, { kind: 'shardEnded' })
    assert.deepEqual(second.checkpoints, recordedCheckpoints)
    await assert.rejects(replayShard(onlyFile(folder), saving), /it is a shard of the other type of stream/)
  })

test('a recorded processor tells what it holds: a record that blocks is shown, and is no stall', async () => {
  const poison = eachRecord(() => {
    throw new Error('poison')
  })
  await using shard = await testShard(recordShard(poison, newFolder()), { onStall: 'exit' })
  await shard.deliver([{}])
  await shard.advance(600_000)
  const { blockedRecords, longestCall, stalledMs } = shard.status()
  assert.deepEqual(
    { blockedRecords, longestCall, stalledMs },
    { blockedRecords: 1, longestCall: null, stalledMs: null },
  )
  assert.equal(shard.exitCode, null)
})

test('a recorded processor that tells nothing stalls as it does unrecorded', async () => {
  const hangs: ProcessorFactory<KinesisRecord> = () => ({ processRecords: () => new Promise(() => {}) })
  await using shard = await testShard(recordShard(hangs, newFolder()), { onStall: 'exit' })
  await shard.deliver([{}])
  await shard.advance(600_000)
  assert.equal(shard.exitCode, 70)
})

test('what is no processor, no folder or no option of a recording is refused at once', () => {
  const record = recordShard as (...given: unknown[]) => unknown
  const wrong: readonly (readonly [unknown[], RegExp])[] = [
    [[{ processRecords() {} }, 'a'], /^recordShard\(\) needs a processor/],
    [[saving], /^The folder of recordShard\(\) must be a text that is not empty, not undefined/],
    [[saving, 'a', { maxByte: 1 }], /^Option 'maxByte' of recordShard\(\) is unknown/],
    [[saving, 'a', { maxBytes: '1' }], /^Option 'maxBytes' of recordShard\(\) must be a whole number/],
  ]
  for (const [given, message] of wrong) assert.throws(() => record(...given), { name: 'ConfigError', message })
})

test('a recording whose last line is cut off is replayed as far as it goes, and one with such a line within is refused', async () => {
  const folder = newFolder()
  await using shard = await testShard(recordShard(saving, folder))
  for (const data of ['a', 'b', 'c']) await shard.deliver([{ data }])
  const file = onlyFile(folder)
  const whole = readFileSync(file, 'utf8')
  const cut = whole.slice(0, whole.lastIndexOf('"from":"daemon"') + 40)
  writeFileSync(file, cut)
  const { shard: second, recordedCheckpoints } = await replayShard(file, saving)
  assert.deepEqual(checkpointed(second), ['1', '2', '3'])
  assert.equal(recordedCheckpoints.length, 2)
  await second.close()
  writeFileSync(file, `${cut}\n${whole.split('\n')[0]}`)
  await assert.rejects(replayShard(file, saving), /is no line of a recorded shard/)
})

test('what the real daemons said, as recorded on the wire, is replayed as well', async () => {
  const texts: string[] = []
  const ended = await replayShard(
    fixture('kinesis-shard-ended.jsonl'),
    eachRecord(record => void texts.push(textOf(record))),
  )
  assert.deepEqual(ended.shard.ended, { kind: 'shardEnded' })
  assert.equal(texts.length, 5)
  assert.deepEqual(ended.shard.checkpoints, ended.recordedCheckpoints)
  for (const file of ['dynamodb-stop.jsonl', 'dynamodb-json-stop.jsonl']) {
    const keys: unknown[] = []
    const { shard } = await replayDynamodbShard(
      fixture(file),
      eachRecord(record => void keys.push(record.keys)),
    )
    assert.deepEqual(keys, [{ id: 'a' }, { id: 'a' }, { id: 'a' }])
    assert.deepEqual(shard.ended, { kind: 'leaseLost' })
  }
})

test('a processor that fails in the replay ends it, where it failed', async () => {
  const folder = newFolder()
  await using shard = await testShard(recordShard(saving, folder))
  for (const data of ['a', 'bad', 'c']) await shard.deliver([{ data }])
  const { shard: second } = await replayShard(onlyFile(folder), () => ({
    processRecords({ records }, checkpointer) {
      if (records.some(record => textOf(record) === 'bad')) throw new Error('found it')
      return checkpointer.checkpoint()
    },
  }))
  assert.match(errorOf(second).message, /found it/)
  assert.deepEqual(checkpointed(second), ['1'])
})

test('a poison record that blocks holds the replay for 15 virtual minutes, and no longer', async () => {
  const folder = newFolder()
  await using shard = await testShard(recordShard(saving, folder))
  for (const data of ['a', 'bad', 'c']) await shard.deliver([{ data }])
  const { shard: second, recordedCheckpoints } = await replayShard(
    onlyFile(folder),
    eachRecord(record => {
      if (textOf(record) === 'bad') throw new Error('poison')
    }),
  )
  assert.equal(second.busy, true)
  assert.ok(second.nowMs - shard.nowMs > 800_000)
  assert.deepEqual(checkpointed(second), ['1'])
  assert.equal(recordedCheckpoints.length, 3)
  await second.close()
})

test('a checkpoint that is refused, and not awaited, is recorded and goes unnoticed by the process', async () => {
  const folder = newFolder()
  await using shard = await testShard(
    recordShard(() => ({ processRecords: (_, checkpointer) => void checkpointer.checkpoint() }), folder),
  )
  shard.failCheckpoints('ShutdownException')
  await shard.deliver([{}])
  assert.deepEqual(shard.ended, { kind: 'leaseLost' })
  const daemon = readFileSync(onlyFile(folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { from: string; bytes: string })
    .map(({ bytes }) => Buffer.from(bytes, 'hex').toString('latin1'))
  assert.ok(daemon.some(text => text.includes('"error":"ShutdownException"')))
  assert.ok(daemon.some(text => text.includes('"leaseLosing"')))
})

test('a recording that grows too large, or cannot be written, ends with a warning, and the shard goes on', async () => {
  const folder = newFolder()
  await using large = await testShard(recordShard(saving, folder, { maxBytes: 2_000 }))
  for (let n = 0; n < 10; n++) assert.equal(await large.deliver([{ data: 'x'.repeat(100) }]), true)
  assert.equal(large.log.filter(({ message }) => message.includes('reached its maxBytes')).length, 1)
  assert.ok(statSync(onlyFile(folder)).size <= 2_000)
  const file = join(root, 'a-file')
  writeFileSync(file, '')
  await using unwritten = await testShard(recordShard(saving, file))
  assert.equal(await unwritten.deliver([{}]), true)
  assert.equal(unwritten.log.filter(({ message }) => message.includes('is not recorded any more')).length, 1)
})

test('each session of a shard has a recording of its own', async () => {
  const folder = newFolder()
  await using shard = await testShard(recordShard(saving, folder))
  await shard.deliver([{}])
  await shard.restart()
  assert.equal(readdirSync(folder).length, 2)
})

test('a file that is no recording is said, with its line', async () => {
  const file = join(root, 'none.jsonl')
  for (const [text, message] of [
    ['{"from":"daemon","bytes":"00"}\n', /line 1, is no line of a recorded shard: the connection does not begin/],
    ['no JSON\n', /line 1, is no line of a recorded shard/],
    ['', /it has no initialize/],
  ] as const) {
    writeFileSync(file, text)
    await assert.rejects(replayShard(file, saving), message)
  }
})
