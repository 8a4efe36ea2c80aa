import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Expectation } from '../../fuzz/targets/session/expectation.ts'
import { jsonLinesCodec } from '../../packages/tsmld/src/protocol/json-lines-codec.ts'

const at = (sequenceNumber: string) => ({ sequenceNumber, subSequenceNumber: 0 })

/** What is expected of a session once these records were handed to it, a batch each. */
function given(...sequenceNumbers: string[]): Expectation {
  const expected = new Expectation(jsonLinesCodec())
  const say = (message: object) => {
    expected.delivered(Buffer.from(`${JSON.stringify(message)}\n`))
  }
  say({ action: 'initialize', shardId: 's', sequenceNumber: '0', subSequenceNumber: 0 })
  expected.statusSent('initialize')
  for (const sequenceNumber of sequenceNumbers) {
    say({ action: 'processRecords', records: [{ data: '', partitionKey: 'k', sequenceNumber }] })
    expected.called('processRecords')
    expected.settled(false)
    if (sequenceNumber !== sequenceNumbers.at(-1)) expected.statusSent('processRecords')
  }
  return expected
}

test('a checkpoint at a record that was handed over is expected, though the daemon went back since', () => {
  const expected = given('4', '1')
  expected.requested(at('4'))
  expected.checkpointSent(at('4'))
  assert.equal(expected.finding, null)
})

test('a checkpoint beyond what was handed over, or that nobody asked for, is a finding', () => {
  const beyond = given('4', '1')
  beyond.requested(at('5'))
  assert.throws(() => {
    beyond.checkpointSent(at('5'))
  }, /a checkpoint at 5\/0, not delivered yet/)
  const unasked = given('4')
  assert.throws(() => {
    unasked.checkpointSent(at('4'))
  }, /which nobody asked for/)
})
