import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { localStack } from './support/stack.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

// The short form of `npm run example:cache`.
test('two caches end as their table, though both workers and a Redis are killed while they are seeded', async t => {
  const { kinesisEndpoint, dynamodbEndpoint } = await localStack()
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>(resolve => {
    execFile(
      process.execPath,
      ['--conditions=tsmld-source', '--import', 'tsx', 'examples/cache-population/lab/main.ts', '--short', '--json'],
      {
        cwd: root,
        env: { ...process.env, TSMLD_LOCAL_KINESIS: kinesisEndpoint, TSMLD_LOCAL_DYNAMODB: dynamodbEndpoint },
        timeout: 220_000,
      },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
  assert.equal(code, 0, `${stderr}${stdout}`)
  const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number | boolean>
  t.diagnostic(JSON.stringify(report))
  assert.equal(report['ok'], true)
  assert.equal(report['differences'], 0)
  assert.ok(Number(report['keys']) > 3_000, 'both caches were compared')
  assert.ok(Number(report['lagP50Ms']) <= 1_000 && Number(report['lagP99Ms']) <= 3_000, JSON.stringify(report))
  assert.deepEqual([report['workerKills'], report['redisKills']], [2, 1])
})
