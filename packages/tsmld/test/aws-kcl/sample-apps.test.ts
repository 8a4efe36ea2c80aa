import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fromAwsKcl } from '../../src/aws-kcl/from-aws-kcl.ts'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import { testShard } from '../../src/testing/index.ts'
import { checkpointed, errorOf } from '../support/shard-under-test.ts'
import { threadedRuntime } from '../support/threaded-runtime.ts'
import { until } from '../support/turns.ts'
import { answered, batch, initialize } from '../support/wire-records.ts'

const fixture = (name: string): URL => new URL(`../fixtures/aws-kcl/${name}`, import.meta.url)
const texts = (...data: string[]) => data.map(each => ({ data: each }))

/** The file that the apps write to, and its lines so far. */
function appLog(t: TestContext): () => string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tsmld-aws-kcl-'))
  const file = join(folder, 'app.log')
  process.env['AWS_KCL_APP_LOG'] = file
  t.after(() => {
    delete process.env['AWS_KCL_APP_LOG']
    rmSync(folder, { recursive: true })
  })
  return () => readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1)
}

test('an app of the basic sample’s shape logs, checkpoints each batch, and ends its shard', async t => {
  const log = appLog(t)
  await using shard = await testShard(fromAwsKcl(fixture('basic-app.cjs')), { shardId: 'a' })
  await shard.deliver(texts('one', 'two'))
  await shard.idle()
  await shard.endShard()
  await shard.idle()
  assert.deepEqual(log(), ['a initialized', 'a record one', 'a record two', 'a checkpointed 2', 'a shardEnded'])
  assert.deepEqual(checkpointed(shard), ['2', 'SHARD_END'])
  assert.deepEqual(shard.ended, { kind: 'shardEnded' })
})

test('a throttled checkpoint of such an app is repeated by tsmld, and fails the session once that was to no avail', async t => {
  const log = appLog(t)
  await using shard = await testShard(fromAwsKcl(fixture('basic-app.cjs')), { shardId: 'a' })
  shard.failCheckpoints('ThrottlingException', 2)
  await shard.deliver(texts('one'))
  await shard.advance(10_000)
  assert.deepEqual(log().slice(-1), ['a checkpointed 1'])
  shard.failCheckpoints('ThrottlingException', 1_000)
  await shard.deliver(texts('two'))
  await shard.advance(600_000)
  assert.match(errorOf(shard).message, /ThrottlingException/)
  await until('the app, which tries again as well, gives up', () => log().at(-1)?.includes('not checkpointed') === true)
  assert.deepEqual(checkpointed(shard), ['1'])
})

test('an app of the click-stream sample’s shape emits before it checkpoints, and nothing of it is lost at a stop', async t => {
  const log = appLog(t)
  await using shard = await testShard(fromAwsKcl(fixture('click-stream-app.cjs')), { shardId: 'a' })
  await shard.idle()
  await shard.deliver(texts('1', '2', '3', '4', '5', '6', '7'))
  await shard.idle()
  assert.deepEqual(log(), ['a emitted 1,2,3,4,5'])
  assert.deepEqual(checkpointed(shard), ['5'])
  await shard.stop()
  await shard.idle()
  assert.deepEqual(log(), ['a emitted 1,2,3,4,5', 'a emitted 6,7'])
  assert.deepEqual(checkpointed(shard), ['5', '7'])
  assert.deepEqual(shard.ended, { kind: 'leaseLost' })
})

test('an app of the click-stream sample’s shape gets again what it had buffered when its lease went', async t => {
  const log = appLog(t)
  await using shard = await testShard(fromAwsKcl(fixture('click-stream-app.cjs')), { shardId: 'a' })
  await shard.idle()
  await shard.deliver(texts('1', '2', '3', '4', '5', '6'))
  await shard.idle()
  await shard.loseLease()
  await shard.idle()
  await shard.restart()
  await shard.idle()
  await shard.endShard()
  await shard.idle()
  assert.deepEqual(log(), ['a emitted 1,2,3,4,5', 'a emitted 6'])
  assert.deepEqual(checkpointed(shard), ['5', '6', 'SHARD_END'])
})

test('an app runs in threads by a module that exports it, each shard by itself', async t => {
  const log = appLog(t)
  const processor = moduleProcessor(fixture('apps.mjs'), { exportName: 'basic' })
  const { runtime, open } = await threadedRuntime(t, {}, { processor })
  await runtime.start()
  const shards = ['shard-1', 'shard-2']
  for (const [at, shardId] of shards.entries()) {
    const peer = await open({ at, shardId })
    peer.say(initialize(shardId))
    await until(`${shardId} begins`, () => peer.heard().includes('status initialize'))
    peer.say(batch(at + 1))
    await until(`${shardId} checkpoints`, () => peer.heard().includes(`checkpoint ${at + 1}/0`))
    peer.say(answered(at + 1))
    await until(`${shardId} has processed`, () => peer.heard().includes('status processRecords'))
  }
  assert.deepEqual(
    runtime.status().threads.map(({ sessions }) => sessions),
    [1, 1],
  )
  for (const [at, shardId] of shards.entries())
    assert.deepEqual(
      log().filter(line => line.startsWith(shardId)),
      [`${shardId} initialized`, `${shardId} record data ${at + 1}`, `${shardId} checkpointed ${at + 1}`],
    )
})
