// What AWS's own daemons said, as recorded in test/fixtures/transcripts.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonLinesCodec } from '../../src/protocol/json-lines-codec.ts'
import type { DaemonMessage, NodeMessage } from '../../src/protocol/messages.ts'
import { nodeLinesDecoder } from '../../src/protocol/node-message-decoder.ts'
import { byteByByte, randomSplits, replay } from './replay.ts'

interface Said {
  readonly from: 'daemon' | 'node'
  readonly line: string
}

const folder = new URL('../fixtures/transcripts/', import.meta.url)

const transcripts = readdirSync(folder)
  .filter(name => name.endsWith('.jsonl'))
  .map(name => {
    const lines = readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n')
    return { name, said: lines.map(line => JSON.parse(line) as Said) }
  })

function decode(chunks: readonly Buffer[]): readonly DaemonMessage[] {
  const outcome = replay(jsonLinesCodec().decoder(), chunks)
  assert.equal(outcome.error, undefined)
  return outcome.messages
}

function daemonBytes(said: readonly Said[]): Buffer {
  return Buffer.from(said.flatMap(({ from, line }) => (from === 'daemon' ? [`${line}\n`] : [])).join(''))
}

/** The message of one line, by a reading of its own: field by field out of the JSON. */
function expected(line: string): object {
  const { action, ...fields } = JSON.parse(line) as Record<string, unknown>
  if (action === 'shutdown') return { kind: fields['reason'] === 'TERMINATE' ? 'shardEnded' : 'leaseLost' }
  if (action === 'checkpoint') return { kind: 'checkpointAnswered', ...fields }
  if (action !== 'processRecords') return { kind: action, ...fields }
  const records = fields['records'] as readonly Record<string, unknown>[]
  return {
    kind: action,
    atShardEnd: false,
    millisBehindLatest: fields['millisBehindLatest'],
    records: records.map(record => ({
      sequenceNumber: record['sequenceNumber'],
      subSequenceNumber: record['subSequenceNumber'] ?? 0,
      partitionKey: record['partitionKey'],
      explicitHashKey: null,
      approximateArrivalTimestamp:
        typeof record['approximateArrivalTimestamp'] === 'number'
          ? new Date(record['approximateArrivalTimestamp'])
          : null,
      encryptionType: null,
      aggregated: null,
      data: Buffer.from(record['data'] as string, 'base64'),
    })),
  }
}

test('there are transcripts of KCL 3 and of KCL 1', () => {
  assert.ok(transcripts.filter(({ name }) => name.startsWith('kcl3')).length >= 6)
  assert.ok(transcripts.filter(({ name }) => name.startsWith('kcl1')).length >= 4)
})

for (const { name, said } of transcripts) {
  test(`fault 15: ${name} decodes to what its lines say, whole, byte by byte and at random splits`, () => {
    const messages = said.flatMap(({ from, line }) => (from === 'daemon' ? [expected(line)] : []))
    const bytes = daemonBytes(said)
    assert.deepEqual(decode([bytes]), messages)
    assert.deepEqual(decode(byteByByte(bytes)), messages)
    fc.assert(
      fc.property(randomSplits(bytes), chunks => {
        assert.deepEqual(decode(chunks), messages)
      }),
    )
  })

  test(`${name} is answered in the very words that the daemon took`, () => {
    const codec = jsonLinesCodec()
    const decoder = codec.decoder()
    let action: DaemonMessage | undefined
    for (const { from, line } of said) {
      const bytes = Buffer.from(`${line}\n`)
      if (from === 'daemon') {
        const [message] = [...decoder.push(bytes)]
        if (message?.kind !== 'checkpointAnswered') action = message
        continue
      }
      const [answer] = [...nodeLinesDecoder().push(bytes)]
      assert.ok(answer && answer.kind !== 'refusal')
      const message =
        answer.kind === 'status' && answer.responseFor === 'shutdown'
          ? { kind: 'status', responseFor: action?.kind }
          : answer
      assert.deepEqual(JSON.parse(codec.encode(message as NodeMessage).toString()), JSON.parse(line))
    }
  })
}

test("every record of KCL 1's DynamoDB daemon holds a stream record as JSON", () => {
  const said = transcripts.filter(({ name }) => name.startsWith('kcl1-dynamodb')).flatMap(transcript => transcript.said)
  const names = decode([daemonBytes(said)])
    .flatMap(message => (message.kind === 'processRecords' ? message.records : []))
    .map(record => (JSON.parse(record.data.toString()) as { eventName: string }).eventName)
  assert.deepEqual(new Set(names), new Set(['INSERT', 'MODIFY', 'REMOVE']))
})
