// Records are read out of their line's bytes one by one; JSON.parse of the whole line is what that must agree with.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProtocolError } from '../../src/errors.ts'
import { parseJsonObject } from '../../src/protocol/json-fields.ts'
import { jsonLinesCodec } from '../../src/protocol/json-lines-codec.ts'
import { processRecordsFromJson } from '../../src/protocol/json-lines-records.ts'
import { LineRecord } from '../../src/protocol/line-record.ts'
import { LineSplitter } from '../../src/protocol/line-splitter.ts'
import type { DaemonMessage, WireRecord } from '../../src/protocol/messages.ts'
import { everyField } from '../../src/protocol/record-fields.ts'
import { countCopiedBytes } from './copied-bytes.ts'
import { mutated, plainRecord, processRecordsLine } from './odd-lines.ts'
import { byteByByte, type Outcome, randomSplits, replay } from './replay.ts'

const next = '\n{"action":"leaseLost"}\n'

/** Reads whole lines, by JSON.parse alone. */
function reference(bytes: Buffer): Outcome<DaemonMessage> {
  const splitter = new LineSplitter(1 << 20)
  return replay(
    {
      *push(chunk: Buffer) {
        for (const line of splitter.push(chunk)) {
          const object = parseJsonObject(line)
          if (object['action'] === 'processRecords') yield processRecordsFromJson(object, null)
          else
            yield* jsonLinesCodec()
              .decoder()
              .push(Buffer.concat([line, Buffer.from('\n')]))
        }
      },
      end: () => {
        splitter.end()
      },
    },
    [bytes],
  )
}

function assertSameOutcome(chunks: readonly Buffer[]): Outcome<DaemonMessage> {
  const expected = reference(Buffer.concat(chunks))
  const outcome = replay(jsonLinesCodec().decoder(), chunks)
  assert.deepEqual(outcome.messages, expected.messages)
  assert.equal(outcome.error === undefined, expected.error === undefined, 'one was refused, the other not')
  if (outcome.error !== undefined) {
    assert.ok(outcome.error instanceof ProtocolError)
    assert.ok(outcome.error.message.length < 1000)
    assert.equal(outcome.atEnd, expected.atEnd)
  }
  return outcome
}

test('a processRecords is read as JSON.parse reads it: any order, other fields, blanks, escapes, every form of number, repeated fields', () => {
  let read = 0
  let refused = 0
  fc.assert(
    fc.property(
      processRecordsLine.chain(line => randomSplits(Buffer.from(line + next))),
      chunks => {
        if (assertSameOutcome(chunks).error === undefined) read++
        else refused++
      },
    ),
    { numRuns: 1500 },
  )
  assert.ok(read > 200 && refused > 200, `${read} read, ${refused} refused`)
})

test('a faulty processRecords is refused where JSON.parse refuses it, and only there', () => {
  fc.assert(
    fc.property(
      fc
        .array(plainRecord, { minLength: 1, maxLength: 3 })
        .map(records =>
          Buffer.from(`{"action":"processRecords","records":[${records.join(',')}],"millisBehindLatest":0}`),
        )
        .chain(mutated)
        .chain(line => randomSplits(Buffer.concat([line, Buffer.from(next)]))),
      chunks => {
        assertSameOutcome(chunks)
      },
    ),
    { numRuns: 1500 },
  )
})

test('a second records replaces the first, as in all JSON', () => {
  for (const second of ['[]', `[${recordOf(2, 3)}]`, 'null', '7'])
    assertSameOutcome([
      Buffer.from(`{"action":"processRecords","records":[${recordOf(1, 3)}],"records":${second}}${next}`),
    ])
})

test('a processRecords is read byte by byte', () => {
  fc.assert(
    fc.property(processRecordsLine, line => {
      assertSameOutcome(byteByByte(Buffer.from(line + next)))
      const bytes = Buffer.from(line + next)
      const head = bytes.indexOf('[') + 1
      assertSameOutcome([bytes.subarray(0, head), ...byteByByte(bytes.subarray(head))])
    }),
    { numRuns: 50 },
  )
})

test('a record full of braces is not read again at each of them', () => {
  const decoder = jsonLinesCodec().decoder()
  const key = '}'.repeat(128 * 1_024)
  const line = batch([`{"sequenceNumber":"1","data":"","partitionKey":"${key}"}`])
  const start = performance.now()
  const messages: DaemonMessage[] = []
  for (let at = 0; at < line.length; at += 1_024)
    messages.push(...decoder.push(Buffer.from(line.slice(at, at + 1_024))))
  assert.deepEqual(
    messages.map(message => message.kind === 'processRecords' && message.records[0]?.partitionKey),
    [key],
  )
  // It takes milliseconds; read at each of its braces, a minute.
  assert.ok(performance.now() - start < 20_000)
})

const batch = (records: readonly string[]): string =>
  `{"action":"processRecords","records":[${records.join(',')}],"millisBehindLatest":0}\n`
const recordOf = (n: number, bytes: number): string =>
  JSON.stringify({
    data: Buffer.alloc(bytes, n).toString('base64'),
    partitionKey: `clé ${n}`,
    sequenceNumber: `${n}00`,
    subSequenceNumber: n,
    approximateArrivalTimestamp: n,
  })

test('what a MultiLangDaemon writes is read without JSON.parse, wherever its chunks end', t => {
  const line = Buffer.from(batch(Array.from({ length: 20 }, (_, n) => recordOf(n, 30 * n))))
  const parse = t.mock.method(JSON, 'parse')
  for (let cut = 40; cut < line.length; cut += 7) {
    const decoder = jsonLinesCodec().decoder()
    const chunks = [Buffer.from(line.subarray(0, cut)), Buffer.from(line.subarray(cut))]
    const [message] = chunks.flatMap(chunk => [...decoder.push(chunk)])
    assert.ok(message?.kind === 'processRecords')
    assert.ok(message.records.every(record => record instanceof LineRecord))
  }
  // One of each line: its end.
  assert.equal(parse.mock.callCount(), Math.ceil((line.length - 40) / 7))
})

test('records keep their fields when the lines after them have come, whatever the chunks', () => {
  const lines = [1, 2, 3].map(line => batch([1, 2, 3, 4].map(n => recordOf(10 * line + n, 500))))
  const bytes = Buffer.from(lines.join(''))
  for (const size of [bytes.length, 4096, 700, 100, 1]) {
    const decoder = jsonLinesCodec().decoder()
    const records: WireRecord[] = []
    for (let at = 0; at < bytes.length; at += size)
      for (const message of decoder.push(Buffer.from(bytes.subarray(at, at + size))))
        if (message.kind === 'processRecords') records.push(...message.records)
    assert.deepEqual(
      records.map(everyField),
      [11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34].map(n => ({
        sequenceNumber: `${n}00`,
        subSequenceNumber: n,
        partitionKey: `clé ${n}`,
        explicitHashKey: null,
        approximateArrivalTimestamp: new Date(n),
        encryptionType: null,
        aggregated: null,
        data: Buffer.alloc(500, n),
      })),
    )
  }
})

test('of a long line little more is copied than the records that two chunks share', t => {
  const line = Buffer.from(batch(Array.from({ length: 1000 }, (_, n) => recordOf(n, 1024))))
  const copiedBytes = countCopiedBytes(t)
  const decoder = jsonLinesCodec().decoder()
  const messages = []
  for (let at = 0; at < line.length; at += 65_536) messages.push(...decoder.push(line.subarray(at, at + 65_536)))
  assert.equal(messages.length, 1)
  assert.ok(copiedBytes() < line.length / 20, `${copiedBytes()} of ${line.length} bytes`)
})

test('a long record in small chunks is copied a bounded number of times', t => {
  const line = Buffer.from(batch([recordOf(1, 4 << 20)]))
  const copiedBytes = countCopiedBytes(t)
  const decoder = jsonLinesCodec().decoder()
  const messages = []
  for (let at = 0; at < line.length; at += 512) messages.push(...decoder.push(line.subarray(at, at + 512)))
  const [message] = messages
  assert.ok(message?.kind === 'processRecords')
  assert.equal(message.records[0]?.data.length, 4 << 20)
  assert.ok(copiedBytes() <= 3 * line.length, `${copiedBytes()} of ${line.length} bytes`)
})

test('the limit counts the whole line, whose records were read already', () => {
  const line = batch([1, 2, 3, 4].map(n => recordOf(n, 500)))
  const bytes = Buffer.from(line)
  const limit = bytes.length - 1
  for (const [ended, lineBytes, passes] of [
    [bytes, limit, true],
    [Buffer.from(line.replace('\n', '\r\n')), limit, true],
    [bytes, limit - 1, false],
    [Buffer.from(line.replace('\n', '\r\n')), limit - 1, false],
    [bytes.subarray(0, -200), limit - 300, false],
  ] as const) {
    for (const chunks of [[ended], [ended.subarray(0, 600), ended.subarray(600)], byteByByte(ended)]) {
      const { error, atEnd } = replay(jsonLinesCodec({ lineBytes }).decoder(), chunks)
      assert.equal(error === undefined, passes, String(error))
      assert.equal(atEnd, false)
    }
  }
})

test('the error of a later record shows its beginning, and the data of none', () => {
  const secret = Buffer.from('a secret').toString('base64')
  const good = `{"data":"${secret}","sequenceNumber":"1"}`
  for (const [bad, message] of [
    [`{"data":"${secret}","sequenceNumber":"one"}`, /^a record: sequenceNumber must be digits, but is "one"$/],
    [`{"data":"${secret}","partitionKey":"k" "sequenceNumber":"1"}`, /^not JSON: .*partitionKey/],
    [`{"data":"${secret}*","sequenceNumber":"1"}`, /^a record: data must be base64$/],
    [`{"data":"${secret}\n`, /^not JSON: .*data/],
    [`"${secret}"`, /^processRecords: a record must be an object, but begins with "\\""$/],
    [`${good} ${good}`, /^not JSON: after a record comes "{"$/],
  ] as const) {
    const { error } = replay(jsonLinesCodec().decoder(), [Buffer.from(batch([good, bad]))])
    assert.ok(error instanceof ProtocolError)
    assert.match(error.message, message)
    assert.doesNotMatch(error.message, new RegExp(`${secret}|a secret`))
  }
})

test('a connection that ends inside a processRecords is an error', () => {
  const bytes = Buffer.from(batch([recordOf(1, 10), recordOf(2, 10)]))
  for (let length = 1; length < bytes.length; length++) {
    const { error, atEnd } = replay(jsonLinesCodec().decoder(), [bytes.subarray(0, length)])
    assert.ok(error instanceof ProtocolError)
    assert.match(error.message, new RegExp(`inside a line: ${length} bytes of it came`))
    assert.equal(atEnd, true)
  }
})
