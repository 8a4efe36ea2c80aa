import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kcl, loadAwsKclApp } from '../../src/aws-kcl/aws-kcl-app.ts'
import { fromAwsKcl } from '../../src/aws-kcl/from-aws-kcl.ts'
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
