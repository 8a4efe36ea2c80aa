import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalizeStream } from '../../src/config/normalize-stream.ts'
import type { KinesisStreamOptions, StreamDefaults } from '../../src/config/stream-options.ts'
import { assertRefused } from './refused.ts'
import { clicks, items, untyped } from './samples.ts'

test('a stock daemon for Kinesis is KCL 3, 2 or 1; one for DynamoDB streams KCL 1, whatever the defaults say', () => {
  const target = (kclVersion?: 1 | 2 | 3) => normalizeStream(clicks({ daemon: 'stock', kclVersion })).target
  assert.deepEqual(
    [target(), target(3), target(2), target(1)],
    ['stock-kcl3', 'stock-kcl3', 'stock-kcl2', 'stock-kcl1'],
  )
  const defaults: StreamDefaults = { daemon: 'stock', kclVersion: 2 }
  assert.equal(normalizeStream(clicks(), defaults).target, 'stock-kcl2')
  assert.equal(normalizeStream(items(), defaults).target, 'stock-kcl1')
  assert.equal(normalizeStream(items({ daemon: 'stock', kclVersion: 1 })).target, 'stock-kcl1')
  assert.equal(normalizeStream(clicks({ daemon: 'embedded' }), defaults).target, 'embedded')
  assertRefused(() => normalizeStream(items({ daemon: 'stock', kclVersion: 2 })), /'kclVersion'.* must be 1/)
  assertRefused(() => normalizeStream(clicks({ kclVersion: 2 })), /'kclVersion'.* needs daemon 'stock'/)
  assertRefused(
    () => normalizeStream(clicks({ daemon: 'stock', kclVersion: 2, gracefulLeaseHandoff: true })),
    /'gracefulLeaseHandoff'.* needs KCL 3, and its stock daemon is KCL 2/,
  )
  assertRefused(
    () => normalizeStream(clicks(untyped<KinesisStreamOptions>({ clientVersionConfig: '3X' }))),
    /'clientVersionConfig'.*'CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X' or 'CLIENT_VERSION_CONFIG_3X'/,
  )
})
