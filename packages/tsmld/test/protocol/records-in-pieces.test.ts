// Records of one frame that come in any chunks: those inside one are views of it, and what is malformed is found wherever it is cut.
import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import { ProtocolError } from '../../src/errors.ts'
import { encodeDaemonMessage } from '../../src/protocol/daemon-frames.ts'
import { framesCodec } from '../../src/protocol/frame-codec.ts'
import { encodeFrame } from '../../src/protocol/frame-encoder.ts'
import type { DaemonMessage, WireRecord } from '../../src/protocol/messages.ts'
import { encodeRecord } from '../../src/protocol/record-encoding.ts'
import { countCopiedBytes } from './copied-bytes.ts'
import { byteByByte, replay } from './replay.ts'

const template: WireRecord = {
  sequenceNumber: '4959033827149025',
  subSequenceNumber: 3,
  partitionKey: 'kü',
  explicitHashKey: '123456789',
  approximateArrivalTimestamp: new Date(1_761_955_200_000),
  encryptionType: 'KMS',
  aggregated: true,
  data: Buffer.from('first'),
}
const records: readonly WireRecord[] = [
  template,
  { ...template, sequenceNumber: '7', explicitHashKey: null, data: Buffer.from('the second') },
  { ...template, partitionKey: null, data: Buffer.alloc(0) },
]
const batch = Buffer.concat(encodeDaemonMessage(processRecords(records)))

function processRecords(all: readonly WireRecord[]): DaemonMessage {
  return { kind: 'processRecords', records: all, millisBehindLatest: null, atShardEnd: false }
}

/** A batch of one record, `bytes` with its length field. */
function batchOf(bytes: Buffer): Buffer {
  const counts = Buffer.alloc(12)
  counts.writeUInt32BE(1, 0)
  counts.writeUInt32BE(bytes.length, 8)
  const start = encodeFrame(3, Buffer.concat([counts, Buffer.alloc(9)]))
  return Buffer.concat([start, encodeFrame(4, bytes), encodeFrame(6, counts)])
}

const outcomeOf = (chunks: readonly Buffer[]) => replay(framesCodec().decoder(), chunks)

/** `bytes` cut at each place, and with a chunk of up to 40 bytes at each place. */
function* everyCut(bytes: Buffer): Generator<Buffer[]> {
  for (let from = 0; from < bytes.length; from++)
    for (let to = from; to <= Math.min(from + 40, bytes.length); to++)
      yield [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
}

test('records that lie over two or three chunks, cut at every byte, come as they were', () => {
  for (const chunks of [...everyCut(batch), byteByByte(batch)]) {
    const { error, messages } = outcomeOf(chunks)
    assert.equal(error, undefined)
    assert.deepEqual(messages, [processRecords(records)])
  }
})

test('wherever a frame is cut, only the record that lies there is copied, into memory of its own', () => {
  for (let cut = 0; cut <= batch.length; cut++) {
    const chunks = [Buffer.from(batch.subarray(0, cut)), Buffer.from(batch.subarray(cut))]
    const decoder = framesCodec().decoder()
    const messages = chunks.flatMap(chunk => [...decoder.push(chunk)])
    const came = messages.flatMap(message => (message.kind === 'processRecords' ? message.records : []))
    const copied = came.filter(({ data }) => chunks.every(chunk => chunk.buffer !== data.buffer))
    assert.equal(came.length, records.length)
    assert.ok(copied.length <= 1, `cut at ${cut}: ${copied.length} are copied`)
    for (const record of copied) assert.equal(record.data.buffer.byteLength, encodeRecord(record).length)
  }
})

test('a record that comes byte by byte is copied once', t => {
  const record = { ...template, data: Buffer.alloc(1000) }
  const bytes = Buffer.concat(encodeDaemonMessage(processRecords([record])))
  const copiedBytes = countCopiedBytes(t)
  const decoder = framesCodec().decoder()
  for (const byte of bytes) for (const message of decoder.push(Buffer.of(byte))) assert.ok(message)
  // Everything once, and the length field again into the record.
  assert.equal(copiedBytes(), bytes.length + 4)
})

test('a malformed record is refused wherever its frame is cut', () => {
  const good = encodeRecord(template)
  const changed = (at: number, byte: number) => {
    const bytes = Buffer.from(good)
    bytes[at] = byte
    return bytes
  }
  const malformed = {
    'a length beyond the frame': changed(3, (good[3] ?? 0) + 1),
    'a length far beyond it': changed(0, 0x7f),
    'a length less than the fixed fields': changed(3, 21),
    'a length of 0': changed(3, 0),
    'unknown flags': changed(4, 16),
    'an unknown encryption type': changed(5, 3),
    'no sequence number': changed(6, 0),
    'keys that are too long': changed(8, 1),
    'a sequence number that is not digits': changed(30, 0x3a),
    'a key that is not UTF-8': changed(good.length - 'first'.length - 1, 0xff),
    'bytes after the record': Buffer.concat([good, Buffer.alloc(3)]),
    'a cut off record': good.subarray(0, 20),
  }
  for (const [what, bytes] of Object.entries(malformed))
    for (const chunks of everyCut(batchOf(bytes))) {
      const { error, messages, atEnd } = outcomeOf(chunks)
      assert.ok(error instanceof ProtocolError, `${what}: ${String(error)}`)
      assert.deepEqual([messages, atEnd], [[], false], what)
    }
})

test('no memory is spent on a record that announces more than its frame', t => {
  const bytes = encodeRecord(template)
  bytes.writeUInt32BE(0x00ff_ffff, 0)
  const all = batchOf(bytes)
  const allocate = t.mock.method(Buffer, 'allocUnsafeSlow')
  for (const chunks of everyCut(all)) assert.ok(outcomeOf(chunks).error instanceof ProtocolError)
  assert.ok(
    allocate.mock.calls.every(call => (call.result?.length ?? 0) <= 21),
    'a batchStart at most is put together',
  )
})

test('of all bytes at all places only digits pass in a sequence number', () => {
  for (let length = 1; length <= 9; length++)
    for (let at = 0; at < length; at++)
      for (let byte = 0; byte < 256; byte++) {
        const bytes = encodeRecord({ ...template, sequenceNumber: '90'.repeat(length).slice(0, length) })
        bytes[26 + at] = byte
        const { error } = outcomeOf([batchOf(bytes)])
        assert.equal(error === undefined, byte >= 0x30 && byte <= 0x39, `${byte} at ${at} of ${length}`)
      }
})

test('of all bytes at all places only UTF-8 passes in a partition key', () => {
  for (let length = 1; length <= 6; length++)
    for (let at = 0; at < length; at++)
      for (let byte = 0; byte < 256; byte++) {
        const key = Buffer.from('ü'.repeat(length)).subarray(0, 2 * (length >> 1))
        const text = Buffer.concat([key, Buffer.alloc(length - key.length, 'a')])
        text[at] = byte
        const bytes = encodeRecord({ ...template, partitionKey: 'a'.repeat(length) })
        text.copy(bytes, bytes.length - 'first'.length - length)
        const { error } = outcomeOf([batchOf(bytes)])
        assert.equal(error === undefined, isUtf8(text), `${byte} at ${at} of ${length}`)
      }
})
