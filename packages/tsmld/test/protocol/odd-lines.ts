// Lines of `processRecords` as a MultiLangDaemon could write them, and as it never should.
import fc from 'fast-check'

const head = '{"action":"processRecords","records":['
const blank = fc.constantFrom('', '', '', ' ', '\t', '\r', ' \r ')

/** A string in JSON, each character as it is or escaped. */
const text = (characters: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(fc.tuple(characters, fc.nat(9)), { maxLength: 12 }).map(parts => {
    const written = parts.map(([character, form]) =>
      form === 0
        ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
        : JSON.stringify(character).slice(1, -1),
    )
    return `"${written.join('')}"`
  })

const anyText = text(
  fc.oneof(
    fc.constantFrom('a', '"', '\\', '/', '\n', '}', ']', ',', '{', 'é', '日'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
)
const number = fc.constantFrom(
  '0',
  '-0',
  '7',
  '-1',
  '1e3',
  '1.0',
  '0.5',
  '01',
  '999999999999999',
  '1761955200000',
  '8640000000000000',
  '9007199254740992',
  '18446744073709551615',
)
const anyValue = fc.oneof(
  anyText,
  number,
  fc.constantFrom('null', 'true', 'false', 'nul', '[]', '{}'),
  fc.json({ maxDepth: 3 }),
)

const base64 = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map(bytes => JSON.stringify(Buffer.from(bytes).toString('base64'))),
  fc.uint8Array({ maxLength: 20 }).map(bytes => JSON.stringify(Buffer.from(bytes).toString('base64url'))),
  text(fc.constantFrom('Y', 'Q', 'A', '+', '/', '-', '_', '=')),
  fc.constantFrom('""', 'null', '"YQ=="', '"YQ\\u003d\\u003d"', '"YQ=A"', '"YWJ"', '"Y Q="', '"\\\\Q=="', '"AAAA===="'),
)
const digits = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 190n }).map(value => `"${value}"`),
  fc.constantFrom('"1"', '""', '"LATEST"', `"${'9'.repeat(255)}"`, `"${'9'.repeat(256)}"`, '"\\u0031"'),
)

const field = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(blank, key, blank, blank, value, blank)
    .map(([a, name, b, c, written, d]) => `${a}${name}${b}:${c}${written}${d}`)
const named = (name: string, usual: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  field(fc.constant(`"${name}"`), fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: anyValue }))

const usualFields = [
  named('data', base64),
  named('partitionKey', fc.oneof(anyText, fc.constant('null'))),
  named('sequenceNumber', digits),
  named('subSequenceNumber', fc.oneof(number, fc.constant('null'))),
  named('approximateArrivalTimestamp', fc.oneof(number, fc.constant('null'))),
  field(fc.constant('"action"'), fc.constant('"record"')),
] as const
const otherField = field(
  fc.oneof(anyText, fc.constantFrom('"dat"', '"dota"', '"sequenceNumbers"', '"__proto__"')),
  anyValue,
)

const oddRecord = fc
  .tuple(...usualFields)
  .chain(usual =>
    fc.tuple(
      fc.shuffledSubarray(usual, { minLength: 4 }),
      fc.array(fc.oneof(otherField, ...usualFields), { maxLength: 1 }),
    ),
  )
  .map(([usual, others]) => `{${[...usual, ...others].join(',')}}`)

/** A record as Jackson writes it. */
export const plainRecord = fc
  .tuple(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 10 }),
    fc.bigInt({ min: 0n, max: 2n ** 190n }),
    fc.nat({ max: 8.64e15 }),
    fc.nat(3),
  )
  .map(([data, partitionKey, sequenceNumber, approximateArrivalTimestamp, subSequenceNumber]) =>
    JSON.stringify({
      data: Buffer.from(data).toString('base64'),
      partitionKey,
      sequenceNumber: String(sequenceNumber),
      approximateArrivalTimestamp,
      subSequenceNumber,
      action: 'record',
    }),
  )

const records = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: plainRecord },
    { weight: 1, arbitrary: oddRecord },
    { weight: 0, arbitrary: anyValue },
  ),
  { maxLength: 5 },
)
const rest = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ',"millisBehindLatest":1500}',
      ',"millisBehindLatest":null}',
      '}',
      ' , "millisBehindLatest" : 0 } ',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ',"action":"leaseLost"}',
      ',"x":[{}]}',
      ',}',
      '',
      '}}',
      '"x":1}',
      ',"millisBehindLatest":"1"}',
    ),
  },
  { weight: 1, arbitrary: otherField.map(other => `,${other}}`) },
)

/** A line without its end; about half of them are faulty. */
export const processRecordsLine: fc.Arbitrary<string> = fc
  .tuple(records, fc.constantFrom(',', ',', ',', ' , '), rest)
  .map(([all, comma, end]) => `${head}${all.join(comma)}]${end}`)

/** `bytes` with a few of them replaced, left out, or others put in. */
export const mutated = (bytes: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.record({
        at: fc.nat(bytes.length),
        remove: fc.nat(2),
        insert: fc.oneof(
          fc.constant(Buffer.alloc(0)),
          fc.constantFrom(...Buffer.from('{}[]",:\\\n\r 0eu=A')).map(byte => Buffer.of(byte)),
          fc.uint8Array({ minLength: 1, maxLength: 1 }).map(byte => Buffer.from(byte)),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map(changes =>
      changes.reduce(
        (all, { at, remove, insert }) => Buffer.concat([all.subarray(0, at), insert, all.subarray(at + remove)]),
        bytes,
      ),
    )
