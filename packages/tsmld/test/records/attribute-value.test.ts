import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import fc from 'fast-check'
import { decodeAttributes } from '../../src/records/attribute-value.ts'

/** Attribute values as the adapter writes them: binary in base64. */
function asAdapterJson(attributes: unknown): Record<string, unknown> {
  const json = JSON.stringify(attributes, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  )
  return JSON.parse(json) as Record<string, unknown>
}

test('64 levels are read, and what nests deeper is refused, however deep', () => {
  const nested = (levels: number): Record<string, unknown> => {
    let value: Record<string, unknown> = { NULL: true }
    for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { L: [value] } : { M: { m: value } }
    return { deep: value }
  }
  assert.doesNotThrow(() => decodeAttributes(nested(64), 'number', 'newImage'))
  for (const levels of [65, 8_000]) {
    assert.throws(
      () => decodeAttributes(nested(levels), 'number', 'newImage'),
      (error: Error) => error instanceof TypeError && error.message.endsWith('nests more than 64 deep'),
    )
  }
})

// Not `constructor` and `__proto__`: the SDK's marshall fails on them.
const name = fc
  .oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom('toString', 'length', 'S', 'M'))
  .filter(text => text !== 'constructor' && text !== '__proto__')
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.string({ unit: 'grapheme', maxLength: 10 }),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
    fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
    fc.uint8Array({ maxLength: 12 }),
    fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1 }).map(entries => new Set(entries)),
    fc.uniqueArray(fc.integer(), { minLength: 1 }).map(entries => new Set(entries)),
    fc
      .array(fc.uint8Array({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map(entries => new Set(entries)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

test('any item comes as the AWS SDK’s unmarshall gives it', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true }), item => {
      const attributes = marshall(item, { allowImpreciseNumbers: true })
      assert.deepEqual(decodeAttributes(asAdapterJson(attributes), 'number', 'item'), unmarshall(attributes))
    }),
    { numRuns: 300 },
  )
})

test('every type becomes its JavaScript value', () => {
  const item = decodeAttributes(
    {
      s: { S: 'é' },
      empty: { S: '' },
      n: { N: '1.5' },
      big: { N: '9007199254740993' },
      b: { B: 'AQL/' },
      yes: { BOOL: true },
      no: { BOOL: false },
      nothing: { NULL: true },
      ss: { SS: ['a', 'b'] },
      ns: { NS: ['1', '2.5'] },
      bs: { BS: ['AQ=='] },
      m: { M: { x: { L: [{ N: '1' }, { M: {} }, { L: [] }] } } },
    },
    'number',
    'item',
  )
  assert.deepEqual(item, {
    s: 'é',
    empty: '',
    n: 1.5,
    big: 9007199254740993n,
    b: new Uint8Array([1, 2, 255]),
    yes: true,
    no: false,
    nothing: null,
    ss: new Set(['a', 'b']),
    ns: new Set([1, 2.5]),
    bs: new Set([new Uint8Array([1])]),
    m: { x: [1, {}, []] },
  })
})

test('binary values own their bytes', () => {
  const { b } = decodeAttributes({ b: { B: 'AQL/' } }, 'number', 'item') as { b: Uint8Array }
  assert.equal(b.buffer.byteLength, 3)
  assert.equal(Buffer.isBuffer(b), false)
})

test('numbers as strings keep every digit, in sets and deep inside', () => {
  const text = '3.14159265358979323846264338327950288'
  const item = decodeAttributes(
    { n: { N: text }, ns: { NS: ['1', text] }, m: { M: { l: { L: [{ N: text }] } } } },
    'string',
    'item',
  )
  assert.deepEqual(item, { n: text, ns: new Set(['1', text]), m: { l: [text] } })
})

test('a number that would be rounded is an error that names the attribute and the way out, not the number', () => {
  for (const attribute of [
    { N: '3.14159265358979323846' },
    { NS: ['1', '3.14159265358979323846'] },
    { L: [{ N: '3.14159265358979323846' }] },
  ]) {
    assert.throws(
      () => decodeAttributes({ price: attribute }, 'number', 'newImage'),
      (error: unknown) => {
        assert.ok(error instanceof RangeError)
        assert.match(error.message, /attribute newImage\.price.* numbers to 'string'/)
        assert.doesNotMatch(error.message, /3\.14/)
        return true
      },
    )
  }
})

test('an attribute named __proto__ is an attribute, and pollutes nothing', () => {
  const attributes = JSON.parse(
    '{"__proto__":{"M":{"polluted":{"BOOL":true},"__proto__":{"S":"x"}}},"constructor":{"S":"c"}}',
  ) as Record<string, unknown>
  const item = decodeAttributes(attributes, 'number', 'item')
  assert.deepEqual(Object.keys(item), ['__proto__', 'constructor'])
  assert.equal(Object.getPrototypeOf(item), Object.prototype)
  assert.equal((item as { polluted?: unknown }).polluted, undefined)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  const inner = Object.getOwnPropertyDescriptor(item, '__proto__')?.value as object
  assert.equal(Object.getOwnPropertyDescriptor(inner, '__proto__')?.value, 'x')
})

const malformed: readonly unknown[] = [
  {},
  null,
  'x',
  [],
  { S: 1 },
  { N: 1 },
  { B: null },
  { BOOL: 'true' },
  { M: [] },
  { L: {} },
  { SS: 'a' },
  { NS: [1] },
  { X: 'secret' },
  { __proto__: null },
]

for (const attribute of malformed) {
  test(`${JSON.stringify(attribute)} is refused as no attribute value, and not repeated`, () => {
    assert.throws(
      () => decodeAttributes({ a: attribute }, 'number', 'keys'),
      (error: unknown) => {
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /keys\.a/)
        assert.doesNotMatch(error.message, /secret/)
        return true
      },
    )
  })
}
