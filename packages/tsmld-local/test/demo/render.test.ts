import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Progress, renderLive, renderPlain, renderShards, renderVerdict } from '../../src/demo/render.ts'

const progress: Progress = {
  elapsedMs: 12_340,
  phase: 'processing',
  streams: [
    { type: 'kinesis', name: 'clicks', total: 20_000, produced: 10_000, processed: 5_000, shards: 4 },
    { type: 'dynamodb', name: 'items', total: 2_000, produced: 2_000, processed: 2_000, shards: 1 },
  ],
}

test('the live view has a line a stream with a bar of what is processed, put and still to come', () => {
  const [head, kinesis, dynamodb] = renderLive(progress)
  assert.equal(head, '12.3 s  processing')
  assert.equal(
    kinesis,
    `  kinesis  ${'█'.repeat(6)}${'▒'.repeat(6)}${'░'.repeat(12)}   5,000 of 20,000 processed, 4 shards`,
  )
  assert.equal(dynamodb, `  dynamodb ${'█'.repeat(24)}   2,000 of 2,000 processed, 1 shard`)
})

test('a bar never grows beyond its width', () => {
  const [stream] = progress.streams
  assert.ok(stream)
  const [, line = ''] = renderLive({ ...progress, streams: [{ ...stream, produced: 30_000, processed: 20_000 }] })
  assert.equal(line.match(/[█▒░]/g)?.length, 24)
})

test('elsewhere the same is one line', () => {
  assert.equal(
    renderPlain(progress),
    '12.3 s processing  kinesis 5000/20000 (10000 produced, 4 shards)  dynamodb 2000/2000 (2000 produced, 1 shard)',
  )
})

test('the table a shard lines its columns up and tells lag, end and the unknown apart', () => {
  const row = {
    shardId: 'shardId-000000000000',
    records: 12_345,
    checkpoints: 9,
    millisBehindLatest: 0,
    sessions: 1,
    ended: false,
  }
  assert.deepEqual(
    renderShards('kinesis clicks', [row, { ...row, ended: true }, { ...row, records: 1, millisBehindLatest: null }]),
    [
      'kinesis clicks',
      '  shard                 records  checkpoints    lag',
      '  shardId-000000000000   12,345            9   0 ms',
      '  shardId-000000000000   12,345            9  ended',
      '  shardId-000000000000        1            9      -',
    ],
  )
})

test('the verdict marks what breaks the promise, and duplicates do not', () => {
  const verdict = { produced: 10, processed: 10, lost: 0, duplicates: 3, outOfOrder: 0, unexpected: 0, shards: 1 }
  assert.equal(
    renderVerdict('kinesis', verdict),
    '✔ kinesis: 10 produced, 10 processed, 0 lost, 3 duplicates, 0 out of order',
  )
  assert.match(renderVerdict('kinesis', { ...verdict, lost: 1 }), /^✖/)
  assert.match(renderVerdict('kinesis', { ...verdict, unexpected: 2 }), /^✖.*2 that nobody produced$/)
})
