import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReport } from '../../src/daemon/control-channel.ts'
import { ProtocolError } from '../../src/errors.ts'

const reports = [
  { type: 'ready', version: 1, pid: 7, java: '17.0.9', kcl: '3.1.3' },
  { type: 'streamStarted', stream: 'a' },
  { type: 'streamFailed', stream: 'a', error: 'ResourceNotFoundException', message: 'no such stream' },
  { type: 'streamStopped', stream: 'a', drained: true },
  { type: 'shardGivenUp', stream: 'a', shardId: 's', reason: 'closed' },
  { type: 'exit', code: 0, reason: 'stopped' },
] as const

for (const report of reports) {
  test(`${report.type} is read, with fields that a later version adds`, () => {
    assert.deepEqual(parseReport(JSON.stringify(report)), report)
    assert.deepEqual(parseReport(JSON.stringify({ ...report, more: 1 })), { ...report, more: 1 })
  })

  for (const field of Object.keys(report)) {
    test(`${report.type} without its ${field}, or with a wrong one, is a protocol error`, () => {
      for (const value of [undefined, null, [], {}]) {
        assert.throws(() => parseReport(JSON.stringify({ ...report, [field]: value })), ProtocolError)
      }
    })
  }
}

for (const line of [
  '',
  'Exception in thread "main"',
  'null',
  '7',
  '[]',
  '{}',
  '{"type":"toString"}',
  '{"type":"__proto__"}',
  '{"type":["exit"],"code":0,"reason":"stopped"}',
  // No text can be made of it.
  '{"type":{"toString":0,"valueOf":0}}',
]) {
  test(`${JSON.stringify(line)} is no report`, () => {
    assert.throws(() => parseReport(line), ProtocolError)
  })
}

test('the excerpt of a line that is no report is bounded', () => {
  assert.throws(
    () => parseReport('x'.repeat(100_000)),
    (error: Error) => error.message.includes('xxx') && error.message.length < 300,
  )
})
