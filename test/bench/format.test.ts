import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minutes, shortBytes, shortNumber, shortRatio } from '../../bench/report/format.ts'
import { renderTable } from '../../bench/report/table.ts'

test('numbers have three digits, and a unit where they are large', () => {
  assert.deepEqual([0, 0.123, 1.5, 23.46, 456.7, 999.7, 106_300, 999_700, 1_234_567].map(shortNumber), [
    '0.00',
    '0.12',
    '1.50',
    '23.5',
    '457',
    '1.00 k',
    '106 k',
    '1.00 M',
    '1.23 M',
  ])
  assert.equal(shortNumber(Number.NaN), '–')
})

test('sizes are told in powers of 1,024', () => {
  assert.deepEqual([100, 1_024, 10_240, 1.5 * 2 ** 20, 292 * 2 ** 20, 4.5 * 2 ** 30].map(shortBytes), [
    '100 B',
    '1 KiB',
    '10 KiB',
    '1.5 MiB',
    '292 MiB',
    '4.5 GiB',
  ])
})

test('a ratio says how many times, or nothing', () => {
  assert.deepEqual([0.5, 8.314, 123.4, null].map(shortRatio), ['0.50 ×', '8.31 ×', '123 ×', ''])
})

test('a duration is told in minutes and seconds', () => {
  assert.deepEqual([0, 62_900].map(minutes), ['0:00', '1:02'])
})

test('columns of a table are aligned, names to the left and numbers to the right', () => {
  const table = renderTable(
    ['shards', 'consumer', 'records/s'],
    [
      ['4 × 1 KiB', 'raw', '2.7 M'],
      ['64 × 1 KiB', 'aws-kcl', '49 k'],
    ],
  )
  assert.deepEqual(table.split('\n'), [
    'shards      consumer  records/s',
    '──────────  ────────  ─────────',
    '4 × 1 KiB   raw           2.7 M',
    '64 × 1 KiB  aws-kcl        49 k',
  ])
})
