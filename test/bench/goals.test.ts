import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Goal, goalsOf } from '../../bench/report/goals.ts'
import type { Result } from '../../bench/report/results.ts'
import { partNames } from '../../bench/toolkit/part-names.ts'
import { bridgeResult, dynamodbResult, threadsResult } from './sample-results.ts'

const goal = (results: readonly Result[], text: RegExp): Goal => {
  const [found, ...others] = goalsOf(results).filter(each => text.test(each.text))
  assert.ok(found !== undefined && others.length === 0, String(text))
  return found
}

test('a goal is a ratio of two cases of the run', () => {
  const results = [bridgeResult(), bridgeResult({ consumer: 'aws-kcl', recordsPerSecond: 100_000 })]
  const { measured, reached } = goal(results, /^4 shards × 1 KiB: records\/s of aws-kcl/)
  assert.equal(measured, 10)
  assert.equal(reached, true)
})

test('a goal that is missed says so', () => {
  const results = [bridgeResult(), bridgeResult({ consumer: 'raw', recordsPerSecond: 4_000_000 })]
  const { measured, reached } = goal(results, /raw pump/)
  assert.equal(measured, 0.25)
  assert.equal(reached, false)
})

test('what should be small is reached from below', () => {
  const many = { shards: 64 }
  const peer = bridgeResult({ ...many, consumer: 'aws-kcl', rssBytes: 2_000 << 20 })
  assert.equal(goal([bridgeResult(many), peer], /memory/).reached, true)
  assert.equal(goal([bridgeResult({ ...many, rssBytes: 200 << 20 }), peer], /memory/).reached, false)
})

test('what a part of the toolkit costs is compared with the bare loop, and told in ns', () => {
  const part = (name: keyof typeof partNames, nsPerRecord: number): Result => ({
    group: 'toolkit',
    name: partNames[name],
    nsPerRecord,
    windows: 5,
  })
  const results = [part('loop', 40), part('eachRecord', 1_041), part('concurrent', 3_040), part('aggregate', 500)]
  const told = (text: RegExp) => {
    const { measured, unit, reached } = goal(results, text)
    return [measured, unit, reached]
  }
  assert.deepEqual(told(/concurrency 1:/), [1_001, 'ns', false])
  assert.deepEqual(told(/concurrency 100:/), [3_000, 'ns', true])
  assert.deepEqual(told(/aggregated/), [500, 'ns', true])
  assert.deepEqual(told(/taken out/), [null, 'ns', null])
  assert.deepEqual(goal([part('eachRecord', 100)], /concurrency 1:/).measured, null)
})

test('a goal whose cases the run lacks is neither reached nor missed', () => {
  for (const { measured, reached } of goalsOf([bridgeResult()])) {
    assert.equal(measured, null)
    assert.equal(reached, null)
  }
})

test('cases of other shards, sizes or reads are not taken for those of a goal', () => {
  const results = [
    bridgeResult(),
    bridgeResult({ consumer: 'aws-kcl', shards: 16 }),
    bridgeResult({ consumer: 'aws-kcl', recordBytes: 10_240 }),
    dynamodbResult({ reads: 'images' }),
  ]
  assert.ok(goalsOf(results).every(({ measured }) => measured === null))
})

test('256 shards are compared with 16', () => {
  const results = [bridgeResult({ shards: 16 }), bridgeResult({ shards: 256, recordsPerSecond: 950_000 })]
  assert.equal(goal(results, /^256 shards/).measured, 0.95)
})

test('the binary form of a change is compared with its JSON, keys read', () => {
  const results = [dynamodbResult(), dynamodbResult({ consumer: 'dynamodb-binary', recordsPerSecond: 5_000_000 })]
  assert.equal(goal(results, /^DynamoDB/).measured, 5)
})

test('two threads are compared with one', () => {
  const results = [threadsResult(), threadsResult({ threads: 2, recordsPerSecond: 1_800_000 })]
  assert.equal(goal(results, /^2 threads/).measured, 1.8)
})
