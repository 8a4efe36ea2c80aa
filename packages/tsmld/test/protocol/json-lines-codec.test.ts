import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProtocolError } from '../../src/errors.ts'
import { jsonLinesCodec } from '../../src/protocol/json-lines-codec.ts'
import type { DaemonMessage, NodeMessage } from '../../src/protocol/messages.ts'
import { byteByByte, randomSplits, replay } from './replay.ts'

const sequenceNumber = '49590338271490256608559692538361571095921575989136588898'

const kcl3Lines = [
  `{"action":"initialize","shardId":"shardId-000000000000","sequenceNumber":"TRIM_HORIZON","subSequenceNumber":0}\n`,
  `{"action":"processRecords","records":[{"action":"record","data":"aMOpbGxv","partitionKey":"clé-日本-𝄞","sequenceNumber":"${sequenceNumber}",` +
    `"approximateArrivalTimestamp":1761955200000,"subSequenceNumber":2}],"millisBehindLatest":1500}\r\n`,
  '\n\r\n   \n',
  `{"action":"checkpoint","sequenceNumber":"${sequenceNumber}","subSequenceNumber":2,"error":null}\n`,
  `{"action":"checkpoint","sequenceNumber":null,"subSequenceNumber":null,"error":"ThrottlingException"}\n`,
  `{"action":"processRecords","records":[],"millisBehindLatest":null}\n`,
  `{"action":"shutdownRequested"}\n`,
  `{"action":"shardEnded","later":{"a":[1]}}\n`,
  `{"action":"leaseLost"}\n`,
].join('')

const kcl3Messages: DaemonMessage[] = [
  { kind: 'initialize', shardId: 'shardId-000000000000', sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 },
  {
    kind: 'processRecords',
    records: [
      {
        sequenceNumber,
        subSequenceNumber: 2,
        partitionKey: 'clé-日本-𝄞',
        explicitHashKey: null,
        approximateArrivalTimestamp: new Date(1761955200000),
        encryptionType: null,
        aggregated: null,
        data: Buffer.from('héllo'),
      },
    ],
    millisBehindLatest: 1500,
    atShardEnd: false,
  },
  { kind: 'checkpointAnswered', sequenceNumber, subSequenceNumber: 2, error: null },
  { kind: 'checkpointAnswered', sequenceNumber: null, subSequenceNumber: null, error: 'ThrottlingException' },
  { kind: 'processRecords', records: [], millisBehindLatest: null, atShardEnd: false },
  { kind: 'shutdownRequested' },
  { kind: 'shardEnded' },
  { kind: 'leaseLost' },
]

function decode(text: string | Buffer, codec = jsonLinesCodec()): DaemonMessage[] {
  const outcome = replay(codec.decoder(), [Buffer.from(text as string)])
  assert.equal(outcome.error, undefined)
  return [...outcome.messages]
}

test('a transcript of KCL 3 decodes whole', () => {
  assert.deepEqual(decode(kcl3Lines), kcl3Messages)
})

test('fault 15: a transcript decodes byte by byte, inside UTF-8 and line ends too', () => {
  const outcome = replay(jsonLinesCodec().decoder(), byteByByte(Buffer.from(kcl3Lines)))
  assert.equal(outcome.error, undefined)
  assert.deepEqual(outcome.messages, kcl3Messages)
})

test('a transcript decodes at random splits', () => {
  fc.assert(
    fc.property(randomSplits(Buffer.from(kcl3Lines)), chunks => {
      const outcome = replay(jsonLinesCodec().decoder(), chunks)
      assert.equal(outcome.error, undefined)
      assert.deepEqual(outcome.messages, kcl3Messages)
    }),
  )
})

test('KCL 1 gives a DynamoDB record without partition key and sub-sequence number', () => {
  const data = Buffer.from('{"eventName":"INSERT"}').toString('base64')
  const line = `{"action":"processRecords","records":[{"action":"record","data":"${data}","partitionKey":null,"sequenceNumber":"100000000003498069978","subSequenceNumber":null,"approximateArrivalTimestamp":1761955200000}],"millisBehindLatest":null}\n`
  const [message] = decode(line)
  assert.ok(message?.kind === 'processRecords')
  const [record] = message.records
  assert.ok(record)
  assert.equal(record.partitionKey, null)
  assert.equal(record.subSequenceNumber, 0)
  assert.equal(record.data.toString(), '{"eventName":"INSERT"}')
})

test('a record without data has empty data', () => {
  for (const data of ['', '"data":null,', '"data":"",']) {
    const [message] = decode(`{"action":"processRecords","records":[{${data}"sequenceNumber":"1"}]}\n`)
    assert.ok(message?.kind === 'processRecords')
    assert.equal(message.records[0]?.data.length, 0)
  }
})

test('a record keeps its data after the next line came', () => {
  const decoder = jsonLinesCodec().decoder()
  const line = (text: string) =>
    `{"action":"processRecords","records":[{"sequenceNumber":"1","data":"${Buffer.from(text).toString('base64')}"}]}\n`
  const chunks = byteByByte(Buffer.from(line('first') + line('other')))
  const messages = replay(decoder, chunks).messages
  const texts = messages.map(message => (message.kind === 'processRecords' ? String(message.records[0]?.data) : ''))
  assert.deepEqual(texts, ['first', 'other'])
})

test('shutdown with TERMINATE is shardEnded, and its status answers shutdown', () => {
  const codec = jsonLinesCodec()
  assert.deepEqual(decode('{"action":"shutdown","reason":"TERMINATE"}\n', codec), [{ kind: 'shardEnded' }])
  assert.equal(
    String(codec.encode({ kind: 'status', responseFor: 'shardEnded' })),
    '{"action":"status","responseFor":"shutdown"}\n',
  )
})

test('shutdown with ZOMBIE is leaseLost, and its status answers shutdown', () => {
  const codec = jsonLinesCodec()
  assert.deepEqual(decode('{"action":"shutdown","reason":"ZOMBIE"}\n', codec), [{ kind: 'leaseLost' }])
  assert.equal(
    String(codec.encode({ kind: 'status', responseFor: 'leaseLost' })),
    '{"action":"status","responseFor":"shutdown"}\n',
  )
})

test('the actions of KCL 2 and 3 are answered by their own names', () => {
  const codec = jsonLinesCodec()
  decode('{"action":"shardEnded"}\n{"action":"leaseLost"}\n', codec)
  for (const responseFor of ['initialize', 'processRecords', 'leaseLost', 'shardEnded', 'shutdownRequested'] as const)
    assert.equal(
      String(codec.encode({ kind: 'status', responseFor })),
      `{"action":"status","responseFor":"${responseFor}"}\n`,
    )
})

test('one session that heard shutdown does not change what another answers', () => {
  decode('{"action":"shutdown","reason":"ZOMBIE"}\n', jsonLinesCodec())
  assert.equal(
    String(jsonLinesCodec().encode({ kind: 'status', responseFor: 'leaseLost' })),
    '{"action":"status","responseFor":"leaseLost"}\n',
  )
})

test('a checkpoint goes out with both numbers, or with both null', () => {
  const codec = jsonLinesCodec()
  decode('{"action":"initialize","shardId":"s","sequenceNumber":"LATEST","subSequenceNumber":0}\n', codec)
  const at: NodeMessage = { kind: 'checkpoint', position: { sequenceNumber, subSequenceNumber: 3 } }
  assert.equal(
    String(codec.encode(at)),
    `{"action":"checkpoint","sequenceNumber":"${sequenceNumber}","subSequenceNumber":3}\n`,
  )
  assert.equal(
    String(codec.encode({ kind: 'checkpoint', position: null })),
    '{"action":"checkpoint","sequenceNumber":null,"subSequenceNumber":null}\n',
  )
})

test('version 1 has no numbers: a start at TRIM_HORIZON, sub-sequence numbers of 0, millisBehindLatest null', () => {
  const lines =
    '{"action":"initialize","shardId":"s"}\n' +
    '{"action":"processRecords","records":[{"data":"YQ==","partitionKey":"k","sequenceNumber":"7"}]}\n' +
    '{"action":"checkpoint","checkpoint":"7"}\n' +
    '{"action":"checkpoint","checkpoint":"7","error":"ShutdownException"}\n'
  const [initialize, batch, made, refused] = decode(lines)
  assert.deepEqual(initialize, {
    kind: 'initialize',
    shardId: 's',
    sequenceNumber: 'TRIM_HORIZON',
    subSequenceNumber: 0,
  })
  assert.ok(batch?.kind === 'processRecords')
  assert.equal(batch.millisBehindLatest, null)
  const [first] = batch.records
  assert.ok(first)
  assert.equal(first.subSequenceNumber, 0)
  assert.equal(first.approximateArrivalTimestamp, null)
  assert.deepEqual(made, { kind: 'checkpointAnswered', sequenceNumber: '7', subSequenceNumber: 0, error: null })
  assert.ok(refused?.kind === 'checkpointAnswered')
  assert.equal(refused.error, 'ShutdownException')
})

test("version 1's checkpoint goes out under its own name", () => {
  const codec = jsonLinesCodec()
  decode('{"action":"initialize","shardId":"s"}\n', codec)
  assert.equal(
    String(codec.encode({ kind: 'checkpoint', position: { sequenceNumber: '7', subSequenceNumber: 0 } })),
    '{"action":"checkpoint","checkpoint":"7"}\n',
  )
  assert.equal(
    String(codec.encode({ kind: 'checkpoint', position: null })),
    '{"action":"checkpoint","checkpoint":null}\n',
  )
})

test('checkpoints go out only while an action is handled', () => {
  assert.equal(jsonLinesCodec().checkpointsBetweenActions, false)
})

const record = (fields: string) =>
  `{"action":"processRecords","records":[{"sequenceNumber":"1","data":"YQ=="${fields}}]}`

const refused: readonly (readonly [string, string | Buffer])[] = [
  ['text', 'hello'],
  ['truncated JSON', '{"action":"leaseLost"'],
  ['two objects in a line', '{"action":"leaseLost"}{"action":"leaseLost"}'],
  ['null', 'null'],
  ['an array', '[]'],
  ['a number', '3'],
  ['no action', '{}'],
  ['an unknown action', '{"action":"explode"}'],
  ['an action that is a number', '{"action":3}'],
  ['an action that every object has', '{"action":"constructor"}'],
  ['leaseLosing, which is for frames', '{"action":"leaseLosing"}'],
  ['a status from the daemon', '{"action":"status","responseFor":"initialize"}'],
  ['a shutdown without a reason', '{"action":"shutdown"}'],
  ['a shutdown for another reason', '{"action":"shutdown","reason":"REQUESTED"}'],
  ['initialize without a shard', '{"action":"initialize","sequenceNumber":"1","subSequenceNumber":0}'],
  ['initialize at an unknown sentinel', '{"action":"initialize","shardId":"s","sequenceNumber":"EARLIEST"}'],
  ['records that are no array', '{"action":"processRecords","records":{}}'],
  ['no records', '{"action":"processRecords"}'],
  ['a record that is no object', '{"action":"processRecords","records":[null]}'],
  ['a record without a sequence number', '{"action":"processRecords","records":[{"data":""}]}'],
  ['a sentinel in a record', '{"action":"processRecords","records":[{"sequenceNumber":"LATEST"}]}'],
  ['a sequence number that is a number', '{"action":"processRecords","records":[{"sequenceNumber":1}]}'],
  ['a sub-sequence number of 2^53', record(',"subSequenceNumber":9007199254740992')],
  ['a sub-sequence number of 2^64 - 1', record(',"subSequenceNumber":18446744073709551615')],
  ['a negative sub-sequence number', record(',"subSequenceNumber":-1')],
  ['a fraction as sub-sequence number', record(',"subSequenceNumber":0.5')],
  ['an arrival time that is text', record(',"approximateArrivalTimestamp":"now"')],
  ['a partition key that is a number', record(',"partitionKey":5')],
  ['data that is a number', '{"action":"processRecords","records":[{"sequenceNumber":"1","data":5}]}'],
  ['data that is no base64', '{"action":"processRecords","records":[{"sequenceNumber":"1","data":"a*b="}]}'],
  ['data whose base64 is cut', '{"action":"processRecords","records":[{"sequenceNumber":"1","data":"YWJ"}]}'],
  ['millisBehindLatest that is text', '{"action":"processRecords","records":[],"millisBehindLatest":"0"}'],
  ['a checkpoint answer with a sub-sequence number alone', '{"action":"checkpoint","subSequenceNumber":1}'],
  ['a checkpoint answer whose error is true', '{"action":"checkpoint","error":true}'],
  ['bytes that are not UTF-8', Buffer.from('{"action":"leaseLost","x":"é"}', 'latin1')],
  ['a byte order mark', '\ufeff{"action":"leaseLost"}'],
]

for (const [name, line] of refused)
  test(`fault 15: a ProtocolError, and nothing after it: ${name}`, () => {
    const bytes = Buffer.concat([
      Buffer.from('{"action":"shutdownRequested"}\n'),
      Buffer.from(line as string),
      Buffer.from('\n{"action":"leaseLost"}\n'),
    ])
    for (const chunks of [[bytes], byteByByte(bytes)]) {
      const outcome = replay(jsonLinesCodec().decoder(), chunks)
      assert.ok(outcome.error instanceof ProtocolError, String(outcome.error))
      assert.ok(outcome.error.message.length < 400)
      assert.equal(outcome.atEnd, false)
      assert.deepEqual(outcome.messages, [{ kind: 'shutdownRequested' }])
    }
  })

test('an error message shows the beginning of a long line only', () => {
  const outcome = replay(jsonLinesCodec().decoder(), [Buffer.from(`{"nonsense":${'x'.repeat(1_000_000)}\n`)])
  assert.ok(outcome.error instanceof ProtocolError)
  assert.match(outcome.error.message, /nonsense/)
  assert.ok(outcome.error.message.length < 400)
})

test('fault 15: a line over the limit is refused before it has ended', () => {
  const outcome = replay(jsonLinesCodec({ lineBytes: 100 }).decoder(), [Buffer.alloc(60, 'x'), Buffer.alloc(60, 'x')])
  assert.ok(outcome.error instanceof ProtocolError)
  assert.equal(outcome.atEnd, false)
})

test('fault 15: a connection that ends inside a line is an error', () => {
  const outcome = replay(jsonLinesCodec().decoder(), [Buffer.from('{"action":"leaseLost"}')])
  assert.ok(outcome.error instanceof ProtocolError)
  assert.equal(outcome.atEnd, true)
})
