import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStat } from '../../bench/harness/processes.ts'
import { assertSeen } from '../../bench/harness/run-case.ts'
import { summarize, type Window } from '../../bench/harness/summarize.ts'

const window = (given: Partial<Window>): Window => ({
  seconds: 2,
  records: 1_000_000,
  batches: 1_000,
  p50Ms: 1,
  p99Ms: 2,
  cpuSeconds: 1,
  consumerCpuSeconds: 2,
  usage: { cpuSeconds: 10, rssBytes: { node: 100 } },
  driverUsage: { cpuSeconds: 5, rssBytes: { java: 300 } },
  otherCpuShare: 0,
  ...given,
})

test('each figure is its own median over the windows', () => {
  const measured = summarize([
    window({ records: 3_000_000, p99Ms: 9 }),
    window({}),
    window({ records: 2_000_000, p99Ms: 3 }),
  ])
  assert.equal(measured.recordsPerSecond, 1_000_000)
  assert.equal(measured.p99Ms, 3)
  assert.equal(measured.windows, 3)
})

test("CPU time is the driver's and the consumers' together, a million records", () => {
  const { cpuSecondsPerMillion, driverCpuSecondsPerMillion } = summarize([window({ records: 500_000 })])
  assert.equal(cpuSecondsPerMillion, 6)
  assert.equal(driverCpuSecondsPerMillion, 2)
})

test('memory is told by program, one that is not always there too', () => {
  const bridged = { cpuSeconds: 0, rssBytes: { node: 300, socat: 20 } }
  const { rssBytesByProgram, driverRssBytes } = summarize([
    window({}),
    window({ usage: bridged }),
    window({ usage: bridged }),
  ])
  assert.deepEqual(rssBytesByProgram, { node: 300, socat: 20 })
  assert.equal(driverRssBytes, 300)
})

test('a record that was not seen fails the case, and so does a byte', () => {
  const sent = { records: 10, bytes: 1_000 }
  assertSeen(sent, { records: 10, bytes: 1_000 }, true)
  assertSeen(sent, { records: 10, bytes: 0 }, false)
  assert.throws(() => assertSeen(sent, { records: 9, bytes: 1_000 }, false), /10 records .* were sent, but 9 /)
  assert.throws(() => assertSeen(sent, { records: 10, bytes: 999 }, true), /999 bytes were seen/)
})

test("a process's numbers are read after its name, whatever that holds", () => {
  const stat =
    '4711 (a) b (c) S 42 4711 4711 0 -1 4194304 5 0 0 0 120 30 0 0 20 0 11 0 1234 8975508480 29822 18446744073709551615'
  assert.deepEqual(parseStat(stat), { name: 'a) b (c', parent: 42, cpuTicks: 150, rssPages: 29_822 })
})
