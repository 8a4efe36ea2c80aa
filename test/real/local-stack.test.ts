import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { startLocalStack } from 'tsmld-local'
import { eventually, localStack, uniqueName } from './support/stack.ts'

test('a Kinesis stream takes records and splits', async () => {
  const stack = await localStack()
  const stream = await stack.createStream(2)
  await stack.putRecords(stream, [
    { key: 'a', data: 'one' },
    { key: 'b', aggregate: [{ key: 'c', data: 'two' }] },
  ])
  const parent = await stack.splitShard(stream)
  const shards = await stack.shardIds(stream)
  assert.equal(shards.length, 4)
  assert.ok(shards.includes(parent))
})

test('a table has a stream, takes changes, and an application without a lease table has no leases', async () => {
  const stack = await localStack()
  const { tableName, streamArn } = await stack.createTable()
  await stack.putItem(tableName, 'a', 1)
  await stack.updateItem(tableName, 'a', 2)
  await stack.deleteItem(tableName, 'a')
  assert.match(streamArn, new RegExp(`${tableName}/stream/`))
  assert.deepEqual(await stack.leases(uniqueName('no-such-application')), [])
})

test('a stack that was stopped serves no more, and stopping again is harmless', async () => {
  const stack = await startLocalStack()
  assert.equal((await fetch(`${stack.kinesisEndpoint}/healthcheck`)).status, 200)
  await stack.stop()
  await stack.stop()
  await assert.rejects(fetch(stack.kinesisEndpoint))
  await assert.rejects(fetch(stack.dynamodbEndpoint))
})

test('the emulators end with their parent, even when it is killed', async () => {
  const program = `
    import { startLocalStack } from 'tsmld-local'
    const { kinesisEndpoint, dynamodbEndpoint } = await startLocalStack()
    console.log(JSON.stringify([kinesisEndpoint, dynamodbEndpoint]))`
  const args = ['--conditions=tsmld-source', '--import', 'tsx', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_TEST_CONTEXT: '' },
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const endpoints = JSON.parse(line.toString()) as string[]
  child.kill('SIGKILL')
  await eventually(
    'both emulators are gone',
    async () => {
      const answers = await Promise.all(
        endpoints.map(endpoint =>
          fetch(endpoint).then(
            () => true,
            () => false,
          ),
        ),
      )
      return !answers.includes(true)
    },
    5_000,
  )
})
