import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readShortNumber, toJavaScriptNumber } from '../../src/records/dynamodb-number.ts'

const numbers: readonly (readonly [string, number | bigint | null])[] = [
  ['0', 0],
  ['-1', -1],
  ['1.5', 1.5],
  ['0.1', 0.1],
  ['100', 100],
  ['123456789012345', 123456789012345],
  ['9007199254740991', 9007199254740991],
  ['-9007199254740991', -9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['-9007199254740993', -9007199254740993n],
  ['99999999999999999999999999999999999999', 99999999999999999999999999999999999999n],
  ['1E+20', 100000000000000000000n],
  ['-1.5E20', -150000000000000000000n],
  ['1E-130', 1e-130],
  ['0.30000000000000004', 0.30000000000000004],
  ['3.141592653589793', Math.PI],
  ['3.14159265358979323846', null],
  ['0.1000000000000000055511151231257827', null],
  ['9007199254740993.5', null],
  ['1.0000000000000000000000000001', null],
  ['1.50', 1.5],
  ['00012', 12],
  ['', null],
  ['.', null],
  ['1,5', null],
  ['Infinity', null],
  ['NaN', null],
  ['0x10', null],
  [' 1', null],
]

for (const [text, expected] of numbers) {
  test(`'${text}' is ${expected === null ? 'not taken' : `${typeof expected} ${expected}`}`, () => {
    assert.equal(toJavaScriptNumber(text), expected)
  })
}

test('a short decimal in bytes is what it is as a text, or left to the longer way', () => {
  const read = (text: string): number | null => readShortNumber(Buffer.from(`7${text}7`), 1, 1 + text.length)
  const short = fc.stringMatching(/^-?[0-9]{0,16}\.?[0-9]{0,15}$/)
  const any = fc.string({ unit: fc.constantFrom(...Array.from('0123456789.-+eE ')), maxLength: 20 })
  fc.assert(
    fc.property(fc.oneof(short, any), text => {
      const number = read(text)
      if (number !== null) assert.ok(Object.is(number, toJavaScriptNumber(text)), text)
      else assert.ok(text.length > 15 || !/^-?\d+(\.\d+)?$/.test(text), text)
    }),
    { numRuns: 5_000 },
  )
  for (const text of ['0', '-0', '12', '-12.75', '0.1', '99999.999999999', '123456789012345'])
    assert.ok(Object.is(read(text), Number(text)), text)
})

test('a number from JavaScript comes back as it was', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
      value => {
        assert.ok(toJavaScriptNumber(String(value)) === value)
      },
    ),
  )
})

test('a decimal is either exact, to the last of its digits, or not taken', () => {
  const decimal = fc
    .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 1n, max: 10n ** 38n - 1n }), fc.integer({ min: 0, max: 37 }))
    .map(([sign, digits, point]) => {
      const text = String(digits).padStart(point + 1, '0')
      return point === 0 ? sign + text : `${sign}${text.slice(0, -point)}.${text.slice(-point)}`
    })
  const plain = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  fc.assert(
    fc.property(decimal, text => {
      const value = toJavaScriptNumber(text)
      if (value === null) assert.ok(text.replace(/\D|^-?0\.0*/g, '').length > 15, text)
      else if (Math.abs(Number(value)) > 1e-6) assert.equal(String(value), plain(text))
    }),
    { numRuns: 1000 },
  )
})
