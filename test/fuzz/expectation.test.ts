import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Finding } from '../../fuzz/target.ts'
import { Expectation } from '../../fuzz/targets/session/expectation.ts'
import { encodeDaemonLine } from '../../packages/tsmld/src/protocol/daemon-lines.ts'
import { jsonLinesCodec } from '../../packages/tsmld/src/protocol/json-lines-codec.ts'
import type { DaemonMessage, WireRecord } from '../../packages/tsmld/src/protocol/messages.ts'
import { record } from './wire-record.ts'

const finds = (what: () => unknown, message: RegExp) =>
  assert.throws(what, (error: unknown) => error instanceof Finding && message.test(error.message))

const initialize: DaemonMessage = {
  kind: 'initialize',
  shardId: 's',
  sequenceNumber: 'TRIM_HORIZON',
  subSequenceNumber: 0,
}
const batch: DaemonMessage = { kind: 'processRecords', records: [record], millisBehindLatest: 0, atShardEnd: false }
const heartbeat: DaemonMessage = { ...batch, records: [] }

/** A session over lines that was told these, and whose first ones are handled. */
function told(messages: readonly DaemonMessage[], handled: number): Expectation {
  const expected = new Expectation(jsonLinesCodec())
  for (const message of messages) expected.delivered(encodeDaemonLine(message))
  for (const { kind } of messages.slice(0, handled)) {
    expected.called(kind as 'initialize')
    expected.settled(false)
    expected.statusSent(kind)
  }
  return expected
}

test('a session that does what is due breaks nothing', () => {
  const expected = told([initialize, batch, heartbeat], 1)
  expected.called('processRecords')
  expected.requested(record)
  expected.checkpointSent(record)
  expected.settled(false)
  expected.statusSent('processRecords')
  expected.statusSent('processRecords')
  expected.ended()
  assert.equal(expected.finding, null)
})

test('a status whose handler was not called is found, but for a heartbeat’s and where the lease is gone', () => {
  const expected = told([initialize, batch], 1)
  finds(() => expected.statusSent('processRecords'), /whose handler was not called/)
  assert.ok(expected.finding instanceof Finding)
  finds(() => told([initialize, { kind: 'shardEnded' }], 1).statusSent('shardEnded'), /whose handler was not called/)
  const lost = told([initialize, batch], 1)
  lost.leaseGone()
  lost.statusSent('processRecords')
  const refusal = (error: string): Expectation => {
    const expected = told([initialize, batch], 1)
    const answer = { kind: 'checkpointAnswered', sequenceNumber: '7', subSequenceNumber: 0, error } as const
    expected.delivered(encodeDaemonLine(answer))
    return expected
  }
  refusal('ShutdownException').statusSent('processRecords')
  finds(() => refusal('ThrottlingException').statusSent('processRecords'), /whose handler was not called/)
})

test('a wrong, early or late status is found', () => {
  finds(
    () => told([initialize, batch], 1).statusSent('initialize'),
    /a status of initialize where processRecords is due/,
  )
  finds(() => told([initialize], 1).statusSent('processRecords'), /where undefined is due/)
  const running = told([initialize], 0)
  running.called('initialize')
  finds(() => running.statusSent('initialize'), /while its handler runs/)
  const over = told([initialize, heartbeat], 1)
  over.ended()
  finds(() => over.statusSent('processRecords'), /after the end/)
})

test('user code that runs when nothing of it is due is found', () => {
  finds(() => told([initialize, batch], 1).called('leaseLost'), /leaseLost runs where processRecords is due/)
  finds(() => told([], 0).called('initialize'), /initialize runs where nothing is due/)
  finds(() => told([batch], 0).called('processRecords'), /processRecords is action 0/)
  const twice = told([initialize], 0)
  twice.called('initialize')
  finds(() => twice.called('initialize'), /while initialize does/)
  const over = told([initialize], 0)
  over.ended()
  finds(() => over.called('initialize'), /after the session's end/)
})

test('a checkpoint that nobody asked for, of what did not come, at the wrong time, or of a shard that has not ended is found', () => {
  const running = (requested?: WireRecord): Expectation => {
    const expected = told([initialize, batch], 1)
    expected.called('processRecords')
    if (requested !== undefined) expected.requested(requested)
    return expected
  }
  const handled = (): Expectation => {
    const expected = running(record)
    expected.settled(false)
    expected.statusSent('processRecords')
    return expected
  }
  const ahead = { ...record, sequenceNumber: '8' }
  finds(() => running().checkpointSent(record), /which nobody asked for/)
  finds(() => running(ahead).checkpointSent(ahead), /not delivered yet/)
  finds(() => running(record).checkpointSent(null), /has not ended/)
  finds(() => handled().checkpointSent(record), /between two actions/)
  const over = running(record)
  over.ended()
  finds(() => over.checkpointSent(record), /after the end/)
})

test('a checkpoint at a record that was handed over is expected, though the daemon went back since', () => {
  const back: DaemonMessage = { ...batch, records: [{ ...record, sequenceNumber: '1' }] }
  const expected = told([initialize, batch, back], 2)
  expected.called('processRecords')
  expected.requested(record)
  expected.checkpointSent(record)
  assert.equal(expected.finding, null)
})
