import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromAwsKcl } from '../../src/aws-kcl/from-aws-kcl.ts'
import { playedWith } from '../support/played-records.ts'
import { endError, newSession } from '../support/played-session.ts'
import { turns } from '../support/turns.ts'
import { initialize } from '../support/wire-records.ts'
import { processorWith } from './callbacks.ts'

test('each shard has a processor of its own, which may be made by a promise', async () => {
  const made: object[] = []
  const factory = fromAwsKcl(async () => {
    const processor = processorWith({})
    made.push(processor)
    return processor
  })
  await playedWith(factory)
  await playedWith(factory)
  assert.equal(new Set(made).size, 2)
})

test('one processor for two shards is refused while the first has it, and may come again with its own', async () => {
  const only = processorWith({})
  const factory = fromAwsKcl(() => only)
  const first = await playedWith(factory)
  const second = newSession('frames', { factory }, 'b')
  second.daemon.say(initialize('b'))
  await turns()
  assert.match(endError(second).message, /gave one processor to shardId-\d+ and to b: it must make one for each shard/)
  assert.equal(first.end(), null)
  first.session.end(new Error('the JVM died'))
  await playedWith(factory)
})
