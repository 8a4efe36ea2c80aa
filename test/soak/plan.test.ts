import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../scripts/command-line.ts'
import { parseArguments } from '../../soak/cli/arguments.ts'
import { planOf } from '../../soak/plan/schedule.ts'
import { marks, spark } from '../../soak/report/chart.ts'
import { HandledRecords } from '../../soak/run/records.ts'

test('five minutes hold a killed JVM, a killed worker, hand-overs, and an end without the second worker', () => {
  const { deeds, lengthMs } = planOf(5)
  assert.equal(lengthMs, 300_000)
  assert.deepEqual(
    deeds.map(({ deed }) => deed),
    [
      'jvmKilled',
      ...['secondJoins', 'secondLeaves'],
      ...['secondJoins', 'secondKilled'],
      ...['secondJoins', 'secondLeaves'],
      ...['secondJoins', 'secondLeaves'],
    ],
  )
})

for (const minutes of [3, 4.5, 5, 17, 1_440]) {
  test(`${minutes} minutes: deeds in their order, a second worker at a time and none at the end, and no more records than emulators bear`, () => {
    const { deeds, lengthMs, steadyFromMs, countedFromMs, recordsPerSecond } = planOf(minutes)
    assert.deepEqual(
      deeds.map(({ atMs }) => atMs),
      deeds.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
    )
    let isThere = false
    for (const { deed } of deeds) {
      if (deed === 'jvmKilled') continue
      assert.equal(deed === 'secondJoins', !isThere)
      isThere = !isThere
    }
    assert.equal(isThere, false)
    assert.ok((deeds.at(-1)?.atMs ?? 0) <= lengthMs - 30_000)
    assert.ok(countedFromMs <= steadyFromMs && steadyFromMs <= lengthMs / 2)
    assert.ok(recordsPerSecond > 0 && recordsPerSecond <= 40 && recordsPerSecond * (lengthMs / 1_000) < 15_001)
  })
}

test('the command line: five minutes, or as many as are said, and no fewer than three', () => {
  assert.deepEqual(parseArguments([]), { minutes: 5, json: false, help: false })
  assert.deepEqual(parseArguments(['--minutes', '60', '--json']), { minutes: 60, json: true, help: false })
  for (const wrong of [['--minutes', '2'], ['--minutes', 'x'], ['--seconds', '9'], ['5']])
    assert.throws(() => parseArguments(wrong), UsageError)
})

test('a chart goes from the least to the greatest, with blanks where nothing is known', () => {
  const points = [0, 1, 2, 7].map(at => ({ atMs: at * 10, value: at }))
  assert.equal(spark(points, 80, 8), '▁▂▃    █')
  assert.equal(spark([{ atMs: 0, value: 5 }], 10, 2), '▁ ')
  const events = [
    { atMs: 10, mark: 'j' },
    { atMs: 80, mark: 'l' },
  ]
  assert.equal(marks(events, 80, 8), ' j     l')
})

test('records are lost, unexpected, or came again', () => {
  const handled = new HandledRecords()
  const produced = new Set(['a#0', 'a#1', 'b#0'])
  handled.note('clicks', ['a#0', 'a#1'])
  handled.note('clicks', ['a#1', 'c#0'])
  assert.equal(handled.hasAll('clicks', produced), false)
  assert.deepEqual(handled.judge('clicks', produced), { produced: 3, lost: 1, unexpected: 1, duplicates: 1 })
  handled.note('clicks', ['b#0'])
  assert.equal(handled.hasAll('clicks', produced), true)
  assert.equal(handled.hasAll('items', produced), false)
  assert.deepEqual(handled.judge('items', produced), { produced: 3, lost: 3, unexpected: 0, duplicates: 0 })
})
