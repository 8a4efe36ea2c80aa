import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { type Logger, withFields } from '../../src/observability/logger.ts'

test('pino is a Logger as it is, and keeps the fields beside the message', () => {
  const lines: string[] = []
  const logger: Logger = pino({ level: 'debug', base: null, timestamp: false }, { write: line => lines.push(line) })
  const ofShard = withFields(logger, { shardId: 'shard-0' })
  for (const level of ['debug', 'info', 'warn', 'error'] as const) ofShard[level]({ records: 3 }, 'came')
  assert.deepEqual(
    lines.map(line => JSON.parse(line) as unknown),
    [20, 30, 40, 50].map(level => ({ level, shardId: 'shard-0', records: 3, msg: 'came' })),
  )
})
