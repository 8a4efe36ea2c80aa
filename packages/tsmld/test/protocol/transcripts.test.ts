import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonLinesCodec } from '../../src/protocol/json-lines-codec.ts'
import type { Action, DaemonMessage, NodeMessage } from '../../src/protocol/messages.ts'
import { byteByByte, randomSplits, replay } from './replay.ts'

interface TranscriptLine {
  readonly from: 'daemon' | 'node'
  readonly line: string
}

const folder = new URL('../fixtures/transcripts/', import.meta.url)
const names = readdirSync(folder)
  .filter(file => file.endsWith('.jsonl'))
  .map(file => file.replace('.jsonl', ''))

const readTranscript = (name: string): TranscriptLine[] =>
  readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as TranscriptLine)

function daemonBytes(transcript: readonly TranscriptLine[], lineEnd = '\n'): Buffer {
  const lines = transcript.filter(({ from }) => from === 'daemon')
  return Buffer.from(lines.map(({ line }) => `${line}${lineEnd}`).join(''))
}

function decode(chunks: readonly Buffer[]): readonly DaemonMessage[] {
  const { messages, error } = replay(jsonLinesCodec().decoder(), chunks)
  assert.equal(error, undefined)
  return messages
}

/** The actions in order, an action that repeats once. */
function actions(messages: readonly DaemonMessage[]): string[] {
  const kinds = messages.filter(({ kind }) => kind !== 'checkpointAnswered').map(({ kind }) => kind)
  return kinds.filter((kind, index) => kind !== kinds[index - 1])
}

const stopped = ['initialize', 'processRecords', 'shutdownRequested', 'leaseLost']
const expected: Record<string, { actions: string[]; subSequenceNumbers: number[]; errors: string[] }> = {
  'kcl1-dynamodb-lease-lost': {
    actions: ['initialize', 'processRecords', 'leaseLost'],
    subSequenceNumbers: [0, 0],
    errors: ['ShutdownException'],
  },
  'kcl1-dynamodb-shard-ended': {
    actions: ['initialize', 'processRecords', 'shardEnded'],
    subSequenceNumbers: [0, 0, 0, 0],
    errors: [],
  },
  'kcl1-kinesis-shard-ended': {
    actions: ['initialize', 'processRecords', 'shardEnded'],
    subSequenceNumbers: [0, 0, 1],
    errors: [],
  },
  'kcl1-kinesis-stop': { actions: stopped, subSequenceNumbers: [0, 0], errors: [] },
  'kcl3-aggregate-killed': {
    actions: ['initialize', 'processRecords'],
    subSequenceNumbers: [0, 1, 2, 3],
    errors: [],
  },
  'kcl3-aggregate-resumed': { actions: stopped, subSequenceNumbers: [2, 3], errors: [] },
  'kcl3-checkpoint-refused': {
    actions: ['initialize', 'processRecords'],
    subSequenceNumbers: [0, 0],
    errors: ['IllegalArgumentException'],
  },
  'kcl3-lease-lost': {
    actions: ['initialize', 'processRecords', 'leaseLost'],
    subSequenceNumbers: [0, 0],
    errors: ['ShutdownException'],
  },
  'kcl3-records-and-stop': { actions: stopped, subSequenceNumbers: [0, 0, 0, 1, 2, 0], errors: [] },
  'kcl3-shard-ended': {
    actions: ['initialize', 'processRecords', 'shardEnded'],
    subSequenceNumbers: [0],
    errors: [],
  },
}

test('every recorded session is expected here', () => {
  assert.deepEqual(names.sort(), Object.keys(expected).sort())
})

for (const name of names) {
  const transcript = readTranscript(name)
  const whole = decode([daemonBytes(transcript)])

  test(`${name} decodes to what was recorded`, () => {
    const records = whole.flatMap(message => (message.kind === 'processRecords' ? message.records : []))
    const errors = whole.flatMap(message => (message.kind === 'checkpointAnswered' ? (message.error ?? []) : []))
    assert.deepEqual(
      { actions: actions(whole), subSequenceNumbers: records.map(record => record.subSequenceNumber), errors },
      expected[name],
    )
  })

  test(`${name} decodes to the same byte by byte, with CRLF and at random splits`, () => {
    assert.deepEqual(decode(byteByByte(daemonBytes(transcript))), whole)
    assert.deepEqual(decode([daemonBytes(transcript, '\r\n')]), whole)
    const splits = randomSplits(daemonBytes(transcript))
    fc.assert(
      fc.property(splits, chunks => {
        assert.deepEqual(decode(chunks), whole)
      }),
      { numRuns: 50 },
    )
  })

  test(`${name}: the daemon was answered in the form that the codec writes`, () => {
    const codec = jsonLinesCodec()
    const decoder = codec.decoder()
    let action: Action = 'initialize'
    let answers = 0
    for (const { from, line } of transcript) {
      if (from === 'node') {
        assert.deepEqual(JSON.parse(codec.encode(nodeMessage(line, action)).toString()), JSON.parse(line))
        answers += 1
        continue
      }
      for (const message of decoder.push(Buffer.from(`${line}\n`))) {
        if (message.kind !== 'checkpointAnswered' && message.kind !== 'leaseLosing') action = message.kind
      }
    }
    assert.ok(answers >= 2, 'a session has answers')
  })
}

/** What was answered, in tsmld's words: `action` is the one being handled, which KCL 1's `shutdown` hides. */
function nodeMessage(line: string, action: Action): NodeMessage {
  const object = JSON.parse(line) as {
    action: string
    sequenceNumber: string | null
    subSequenceNumber: number | null
  }
  if (object.action === 'status') return { kind: 'status', responseFor: action }
  const { sequenceNumber, subSequenceNumber } = object
  const position = sequenceNumber === null ? null : { sequenceNumber, subSequenceNumber: Number(subSequenceNumber) }
  return { kind: 'checkpoint', position }
}
