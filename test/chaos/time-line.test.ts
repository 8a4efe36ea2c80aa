import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawTimeLine, type TimeLine } from '../../chaos/report/time-line.ts'

const row = (changes: Partial<TimeLine['rows'][number]> = {}): TimeLine['rows'][number] => ({
  name: 'worker 1',
  records: [0, 1, 10, 100, 0, 0],
  isThere: second => second < 5,
  marks: [],
  ...changes,
})
const draw = (changes: Partial<TimeLine>): string[] =>
  drawTimeLine({ seconds: 6, rows: [row()], common: [], behind: [0, 0, 0, 0, 0, 0], ...changes })
    .split('\n')
    .map(line => line.slice(11))

test('a bar’s height is the logarithm of the records; a dot is a worker without records, a blank one that is gone', () => {
  assert.equal(draw({})[3], '·▁▅█·')
})

test('a fault is its letter over the second in which it struck, and a line for as long as it lasted', () => {
  const marks = [{ letter: 'K', from: 1.2, until: 3.5 }]
  assert.equal(draw({ rows: [row({ marks })] })[2], ' K──')
  assert.equal(draw({ common: [{ letter: 's', from: 4, until: 4 }] })[1], '    s')
})

test('two faults of one second stand side by side', () => {
  const common = ['s', 'm'].map(letter => ({ letter, from: 2, until: 2 }))
  assert.equal(draw({ common })[1], '  sm')
})

test('what had not come has a row of its own', () => {
  assert.equal(draw({ behind: [0, 3, 9, 9, 0, 0] })[4], '·▄██··')
})

test('a long run is drawn in at most a hundred columns', () => {
  const seconds = 250
  const records = Array.from({ length: seconds }, () => 1)
  const lines = draw({ seconds, rows: [row({ records, isThere: () => true })], behind: records })
  assert.equal(lines[3]?.length, 84)
  assert.match(lines.at(-1) ?? '', /one column is 3 s/)
})
