import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driverHeapBytes, neededBytes, planBridge } from '../../bench/groups/bridge-plan.ts'
import { type BridgeConsumer, bridgeConsumers } from '../../bench/report/results.ts'

const options = { quick: false, shards: null, bytes: null, consumers: null }
const here: readonly BridgeConsumer[] = ['raw', 'tsmld-frames', 'tsmld-stock', 'aws-kcl']
const names = (cases: ReturnType<typeof planBridge>): string[] =>
  cases.map(({ shards, recordBytes, consumer }) => `${shards}×${recordBytes} ${consumer}`)

test('a full run has every number of shards with every size, for each consumer that is here', () => {
  const planned = names(planBridge(options, here))
  assert.equal(planned.length, 4 * 3 * here.length + 1)
  assert.equal(new Set(planned).size, planned.length)
  for (const name of ['1×100 raw', '64×10240 aws-kcl', '256×1024 tsmld-frames']) assert.ok(planned.includes(name), name)
})

test('256 shards come right after 16, with which they are compared', () => {
  const shards = planBridge(options, here).map(each => each.shards)
  assert.equal(shards[shards.indexOf(256) - 1], 16)
})

test('the consumers of one cell follow one another', () => {
  assert.deepEqual(names(planBridge({ ...options, shards: [4], bytes: [100, 1_024] }, here)).slice(0, 5), [
    '4×100 raw',
    '4×100 tsmld-frames',
    '4×100 tsmld-stock',
    '4×100 aws-kcl',
    '4×1024 raw',
  ])
})

test('a quick run has the one cell that most goals are about', () => {
  assert.deepEqual(
    names(planBridge({ ...options, quick: true }, bridgeConsumers)),
    bridgeConsumers.map(name => `4×1024 ${name}`),
  )
})

test('what is asked for counts, quick or not', () => {
  const asked = { shards: [2], bytes: [50], consumers: ['aws-kcl', 'erlmld'] as const, quick: true }
  assert.deepEqual(names(planBridge(asked, here)), ['2×50 aws-kcl'])
})

test('the lines of the MultiLangDaemon need heap, and a process a shard needs memory', () => {
  const large = { shards: 64, recordBytes: 10_240 }
  assert.ok(driverHeapBytes({ ...large, consumer: 'aws-kcl' }) > 3 * driverHeapBytes({ ...large, consumer: 'raw' }))
  assert.ok(neededBytes({ ...large, consumer: 'aws-kcl' }) > 8 * 2 ** 30)
})
