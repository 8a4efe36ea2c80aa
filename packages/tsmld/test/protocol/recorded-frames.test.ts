// What our own daemon said, as recorded in test/fixtures/frames.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeDaemonMessage, encodeHello } from '../../src/protocol/daemon-frames.ts'
import { framesCodec } from '../../src/protocol/frame-codec.ts'
import type { NodeMessage } from '../../src/protocol/messages.ts'
import { nodeFramesDecoder } from '../../src/protocol/node-message-decoder.ts'
import { recordsDecoder } from '../../src/records/records-decoder.ts'
import type { SessionEvent, SessionRules } from '../../src/session/session-events.ts'
import { initialState, transition } from '../../src/session/session-state.ts'
import { byteByByte, randomSplits, replayConnection } from './replay.ts'

const folder = new URL('../fixtures/frames/', import.meta.url)

const recordings = readdirSync(folder)
  .filter(name => name.endsWith('.jsonl'))
  .map(name => {
    const lines = readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n')
    const said = lines.map(line => JSON.parse(line) as { from: 'daemon' | 'node'; bytes: string })
    const bytesOf = (who: string) =>
      Buffer.concat(said.filter(({ from }) => from === who).map(({ bytes }) => Buffer.from(bytes, 'hex')))
    const node = [...nodeFramesDecoder().push(bytesOf('node'))] as NodeMessage[]
    return { name, daemonBytes: bytesOf('daemon'), nodeBytes: bytesOf('node'), node }
  })

test('there are recordings of both types of stream', () => {
  const names = recordings.map(({ name }) => name)
  assert.deepEqual(names.sort(), [
    'dynamodb-json-stop.jsonl',
    'dynamodb-stop.jsonl',
    'kinesis-shard-ended.jsonl',
    'kinesis-stop.jsonl',
  ])
})

for (const { name, daemonBytes, nodeBytes, node } of recordings) {
  test(`fault 15: ${name} reads the same whole, byte by byte and at random splits, and is written again as the daemon wrote it`, () => {
    const whole = replayConnection([daemonBytes])
    assert.equal(whole.error, undefined)
    assert.deepEqual(replayConnection(byteByByte(daemonBytes)), whole)
    fc.assert(
      fc.property(randomSplits(daemonBytes), chunks => {
        assert.deepEqual(replayConnection(chunks), whole)
      }),
    )
    assert.ok(whole.hello)
    const again = Buffer.concat([
      encodeHello(whole.hello),
      ...whole.messages.flatMap(message => encodeDaemonMessage(message)),
    ])
    assert.equal(again.toString('hex'), daemonBytes.toString('hex'))
  })

  test(`${name}: each of Node's messages is written again in the very bytes that the daemon took`, () => {
    const codec = framesCodec()
    assert.equal(Buffer.concat(node.map(message => codec.encode(message))).toString('hex'), nodeBytes.toString('hex'))
  })

  test(`${name}: the session asks for the same checkpoints and gives the same statuses again`, () => {
    const rules: SessionRules = { checkpointsBetweenActions: true, maxCheckpointAttempts: 3 }
    const said: NodeMessage[] = []
    let state = initialState
    const dispatch = (event: SessionEvent): void => {
      const next = transition(state, event, rules)
      state = next.state
      for (const effect of next.effects) {
        if (effect.kind === 'sendStatus') said.push({ kind: 'status', responseFor: effect.responseFor })
        if (effect.kind === 'sendCheckpoint') {
          const atEnd = effect.position.sequenceNumber === 'SHARD_END'
          said.push({ kind: 'checkpoint', position: atEnd ? null : effect.position })
        }
      }
    }
    for (const message of replayConnection([daemonBytes]).messages) {
      dispatch({ kind: 'messageReceived', message })
      const last = message.kind === 'processRecords' ? message.records.at(-1) : undefined
      if (last !== undefined) {
        const { sequenceNumber, subSequenceNumber } = last
        dispatch({ kind: 'checkpointRequested', position: { sequenceNumber, subSequenceNumber } })
      } else if (message.kind !== 'checkpointAnswered') dispatch({ kind: 'handlerSettled' })
      // The recorded handler awaited its checkpoint before it settled.
      else if (state.phase.name === 'handling') dispatch({ kind: 'handlerSettled' })
    }
    assert.deepEqual(said, node)
    assert.equal(state.phase.name, 'closed')
  })
}

for (const [file, format] of [
  ['dynamodb-stop.jsonl', 'dynamodb-binary'],
  ['dynamodb-json-stop.jsonl', 'dynamodb-json'],
] as const) {
  test(`the DynamoDB records of ${file} are ${format}, and decode to an insert, a change and a removal`, () => {
    const recording = recordings.find(({ name }) => name === file)
    const { hello, messages } = replayConnection([recording?.daemonBytes ?? Buffer.alloc(0)])
    assert.equal(hello?.recordFormat, format)
    const wire = messages.flatMap(message => (message.kind === 'processRecords' ? message.records : []))
    const records = recordsDecoder(format, 'number')(wire)
    assert.deepEqual(
      records.map(record => 'eventName' in record && [record.eventName, record.keys, record.newImage, record.oldImage]),
      [
        ['INSERT', { id: 'a' }, { id: 'a', n: 1 }, undefined],
        ['MODIFY', { id: 'a' }, { id: 'a', n: 2 }, { id: 'a', n: 1 }],
        ['REMOVE', { id: 'a' }, undefined, { id: 'a', n: 2 }],
      ],
    )
  })
}
