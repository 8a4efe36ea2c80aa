import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatProperties, parseProperties } from '../../src/config/properties-file.ts'
import { assertRefused } from './refused.ts'

test('what Java would take for syntax is escaped', () => {
  assert.equal(
    formatProperties({ streamArn: 'arn:aws:kinesis:eu-west-1:1:stream/a', path: 'C:\\x', a: 'b=c', note: '#!' }),
    'streamArn=arn\\:aws\\:kinesis\\:eu-west-1\\:1\\:stream/a\npath=C\\:\\\\x\na=b\\=c\nnote=\\#\\!\n',
  )
})

test('blanks in keys and the first blank of a value are escaped, others stay', () => {
  assert.equal(formatProperties({ ' a b': '  c d ' }), '\\ a\\ b=\\  c d \n')
})

test('controls and all that is not ASCII are escaped as UTF-16 units', () => {
  assert.equal(formatProperties({ k: 'é\n\r\t\f\0€😀' }), 'k=\\u00E9\\n\\r\\t\\f\\u0000\\u20AC\\uD83D\\uDE00\n')
})

test('any properties come back as they were written', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom(' ', '\t', '\f', '\n', '\r', '\\', '=', ':', '#', '!', 'u', '0', 'a', 'é'),
      maxLength: 12,
    }),
  )
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 8 }), entries => {
      const written = formatProperties(Object.fromEntries(entries))
      assert.match(written, /^[ -~\n]*$/)
      assert.deepEqual(parseProperties(written), Object.fromEntries(entries))
    }),
    { numRuns: 500 },
  )
})

const readings: readonly (readonly [title: string, text: string, properties: Record<string, string>])[] = [
  [
    'separators are =, : and blanks, with blanks around',
    'a=1\nb:2\nc 3\nd = 4\n e\t:\f5\nf  = = 6',
    { a: '1', b: '2', c: '3', d: '4', e: '5', f: '= 6' },
  ],
  ['a key alone has an empty value', 'a\nb=\n c :  ', { a: '', b: '', c: '' }],
  [
    'comments and blank lines are passed over',
    '# a=1\n  ! b=2\n\n \t\nc=3 # not a comment',
    { c: '3 # not a comment' },
  ],
  ['a comment does not continue', '# a \\\nb=2', { b: '2' }],
  ['a value continues without the next line’s leading blanks', 'a=1,\\\n   2,\\\r\n\t3', { a: '1,2,3' }],
  ['an even number of backslashes does not continue', 'a=1\\\\\nb=2', { a: '1\\', b: '2' }],
  ['a blank line ends a continuation', 'a=1\\\n\nb=2', { a: '1', b: '2' }],
  ['a continued line may begin with #', 'a=1\\\n#2', { a: '1#2' }],
  ['a continuation at the end of the file ends', 'a=1\\', { a: '1' }],
  ['lines end by \\n, \\r\\n or \\r', 'a=1\r\nb=2\rc=3', { a: '1', b: '2', c: '3' }],
  ['escaped separators belong to the key', 'a\\=b\\:c\\ d=1', { 'a=b:c d': '1' }],
  ['a backslash before another character is dropped', 'a=\\q\\:\\u00e9\\t', { a: 'q:é\t' }],
  ['the last value of a key counts', 'a=1\na=2', { a: '2' }],
  ['blanks at a value’s end stay', 'a=1 \t', { a: '1 \t' }],
  ['an empty key is a key', '=1', { '': '1' }],
]

for (const [title, text, properties] of readings) {
  test(`reading: ${title}`, () => {
    assert.deepEqual(parseProperties(text), properties)
  })
}

test('a key __proto__ is a key like any other', () => {
  const properties = parseProperties('__proto__=x\na=1')
  assert.deepEqual(Object.keys(properties), ['__proto__', 'a'])
  assert.equal(Object.getPrototypeOf(properties), Object.prototype)
})

test('a malformed \\u escape is refused without its text', () => {
  const message = assertRefused(() => parseProperties('secret=\\u12x4'), /four hexadecimal digits/)
  assert.doesNotMatch(message, /12x4/)
})
