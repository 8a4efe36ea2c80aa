import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { kcl, loadAwsKclApp } from '../../src/aws-kcl/aws-kcl-app.ts'
import { fromAwsKcl } from '../../src/aws-kcl/from-aws-kcl.ts'
import { testShard } from '../../src/testing/index.ts'
import { fakeRuntime } from '../support/fake-runtime.ts'
import { newSession } from '../support/played-session.ts'
import { turns, until } from '../support/turns.ts'
import { answered, batch, initialize } from '../support/wire-records.ts'
import { processorWith } from './callbacks.ts'

const fixture = (name: string): URL => new URL(`../fixtures/aws-kcl/${name}`, import.meta.url)

test('an app that calls kcl(processor).run() is loaded anew for each shard, with the files that it requires', async t => {
  const seen: string[] = []
  const global = globalThis as { awsKclAppSaw?: (texts: string) => void }
  global.awsKclAppSaw = texts => void seen.push(texts)
  t.after(() => delete global.awsKclAppSaw)
  const factory = fromAwsKcl(fixture('app.cjs'))
  const sessions = ['a', 'b'].map(shardId => {
    const played = newSession('frames', { factory })
    played.daemon.say(initialize(shardId))
    return played
  })
  for (const [n, { daemon }] of sessions.entries()) {
    await turns()
    daemon.say(batch(n + 1))
    await turns()
    assert.deepEqual(daemon.heard(), ['status initialize', `checkpoint ${n + 1}/0`])
    daemon.say(answered(n + 1))
    await turns()
    assert.deepEqual(daemon.heard(), ['status processRecords'])
  }
  assert.deepEqual(seen, ['a data 1', 'b data 2'])
})

test('an app runs under a daemon: its record is processed, and checkpointed before the stop', async t => {
  const { runtime, fakes } = await fakeRuntime(t, [['shard']], {}, { processor: fromAwsKcl(fixture('app.cjs')) })
  await runtime.start()
  const heard = () =>
    fakes[0]
      ?.runs()[0]
      ?.heard.map(
        ({ action, responseFor, sequenceNumber }) => responseFor ?? `${String(action)} ${String(sequenceNumber)}`,
      )
  await until('the record was processed', () => heard()?.includes('processRecords') === true)
  await runtime.stop()
  assert.deepEqual(heard(), ['initialize', 'checkpoint 77', 'processRecords', 'shutdownRequested'])
})

test('an app that does not run is refused in words', () => {
  assert.throws(() => loadAwsKclApp(fixture('silent.cjs').href), /has called kcl\(processor\)\.run\(\) 0 times/)
})

test('run() in a program that tsmld has not loaded says what to do', () => {
  assert.throws(() => kcl(processorWith({})).run(), { name: 'ConfigError', message: /fromAwsKcl\(new URL\(/ })
  assert.throws(() => kcl({} as never), TypeError)
})

test('an app that is not there is refused before anything starts', () => {
  assert.throws(() => fromAwsKcl(fixture('nowhere.cjs')), {
    name: 'ConfigError',
    message: /^fromAwsKcl\(\) finds no module at file:.*nowhere\.cjs\.$/,
  })
})

for (const [what, name, text, words] of [
  [
    'that still requires aws-kcl',
    'app.cjs',
    "require('aws-kcl')",
    /it requires 'aws-kcl'\. Change that to require\('tsmld\/aws-kcl'\)/,
  ],
  ['whose own file is missing', 'app.cjs', "require('./nowhere')", /^Cannot find module '\.\/nowhere'/],
] as const)
  test(`an app ${what} is told so`, t => {
    const folder = mkdtempSync(join(tmpdir(), 'tsmld-app-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, name)
    writeFileSync(file, text)
    assert.throws(() => loadAwsKclApp(pathToFileURL(file).href), { message: words })
  })

test('an async method whose callback never comes is warned of, as long as the shard waits for it', async () => {
  const late: (() => void)[] = []
  const methods = { processRecords: async (_: object, done: () => void): Promise<void> => void late.push(done) }
  await using shard = await testShard(fromAwsKcl(() => processorWith(methods)))
  const warnings = (): string[] => shard.log.filter(({ level }) => level === 'warn').map(({ message }) => message)
  assert.equal(await shard.deliver([{}]), false)
  await shard.advance(9_000)
  late.pop()?.()
  await shard.idle()
  await shard.advance(60_000)
  assert.deepEqual(warnings(), [])
  assert.equal(await shard.deliver([{}]), false)
  await shard.advance(10_000)
  assert.match(
    warnings().join('\n'),
    /^the promise of processRecords resolved 10 s ago, and its callback was not called/,
  )
})
