import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inBlocks, slopeOf } from '../../soak/measure/regression.ts'

const hourMs = 3_600_000
const pointsOf = (values: readonly number[], everyMs: number) =>
  values.map((value, at) => ({ atMs: at * everyMs, value }))

test('a line without noise has its slope an hour, and no doubt', () => {
  const slope = slopeOf(pointsOf([10, 12, 14, 16], hourMs / 2))
  assert.ok(slope !== null)
  for (const value of [slope.perHour, slope.lower, slope.upper]) assert.ok(Math.abs(value - 4) < 1e-9)
  assert.equal(slope.points, 4)
})

test('the slope and its confidence are those of a worked example', () => {
  // y = 2, 4, 5, 4, 5 over 1 to 5 hours: slope 0.6, residual sum 2.4, standard error 0.2828, t(3) = 3.182.
  const points = [2, 4, 5, 4, 5].map((value, at) => ({ atMs: (at + 1) * hourMs, value }))
  const slope = slopeOf(points)
  assert.ok(slope !== null)
  assert.ok(Math.abs(slope.perHour - 0.6) < 1e-9)
  assert.ok(Math.abs(slope.upper - slope.perHour - 3.182 * Math.sqrt(0.08)) < 1e-3)
  assert.ok(Math.abs(slope.perHour - slope.lower - 3.182 * Math.sqrt(0.08)) < 1e-3)
})

test('noise alone has a slope whose confidence holds zero, a slow leak under the same noise has not', () => {
  const noise = Array.from({ length: 60 }, (_, at) => ((at * 7_919) % 13) - 6)
  const still = slopeOf(pointsOf(noise, 10_000))
  assert.ok(still !== null && still.lower < 0 && still.upper > 0)
  const leaking = slopeOf(
    pointsOf(
      noise.map((value, at) => value + at / 2),
      10_000,
    ),
  )
  assert.ok(leaking !== null && leaking.lower > 100 && leaking.upper < 260)
})

test('too few points, or all at one time, say nothing', () => {
  assert.equal(slopeOf(pointsOf([1, 2], hourMs)), null)
  assert.equal(slopeOf([1, 2, 3].map(value => ({ atMs: 5, value }))), null)
})

test('a block of samples is one point, at their mean; an empty block is none', () => {
  const points = [0, 2, 4, 30].map(seconds => ({ atMs: seconds * 1_000, value: seconds }))
  assert.deepEqual(inBlocks(points, 10_000), [
    { atMs: 2_000, value: 2 },
    { atMs: 30_000, value: 30 },
  ])
})
