import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { floorOf } from '../../soak/measure/floor.ts'
import { liveBytesIn } from '../../soak/measure/jvm-heap.ts'
import { countsOf } from '../../soak/measure/proc.ts'
import type { Sample } from '../../soak/measure/sample.ts'
import { judge, type LeftBehind, type SoakOutcome } from '../../soak/report/outcome.ts'

const mebibyte = 2 ** 20
const counts = { rssBytes: 100 * mebibyte, threads: 12, descriptors: 36, sockets: 14 }
const kept = { produced: 100, lost: 0, unexpected: 0, duplicates: 3 }
const records: SoakOutcome['records'] = { kinesis: kept, dynamodb: kept }
const nothing: LeftBehind = { files: [], jvms: [], exitCode: 0 }
const plan = { minutes: 20, steadyFromMs: 300_000, countedFromMs: 60_000 }

/** 20 minutes, a sample each 2 s; `change` is given the time. */
const samplesOf = (change: (atMs: number, at: number) => Partial<Sample> = () => ({})): Sample[] =>
  Array.from({ length: 600 }, (_, at) => ({
    atMs: at * 2_000,
    isAlone: true,
    node: counts,
    nodeHeapBytes: 12 * mebibyte,
    jvm: { ...counts, pid: 7 },
    jvmLiveBytes: 18 * mebibyte,
    files: 3,
    ...change(at * 2_000, at),
  }))
const wrongIn = (samples: readonly Sample[]): string[] => {
  const { memory, counts: held, ok } = judge(samples, plan, records, nothing)
  const wrong = [...memory, ...held].filter(({ isFlat }) => !isFlat).map(({ name }) => name)
  assert.equal(ok, wrong.length === 0)
  return wrong
}

test('what stays as it is is flat, whatever it was while it warmed up', () => {
  assert.deepEqual(wrongIn(samplesOf()), [])
  assert.deepEqual(wrongIn(samplesOf(atMs => (atMs < 50_000 ? { files: 9, nodeHeapBytes: mebibyte } : {}))), [])
})

test('a memory that grows steadily by more than its settling is named', () => {
  const leaking = (perHour: number) => (atMs: number) => (perHour * mebibyte * atMs) / 3_600_000
  const node = (perHour: number) =>
    samplesOf(atMs => ({ node: { ...counts, rssBytes: counts.rssBytes + leaking(perHour)(atMs) } }))
  assert.deepEqual(wrongIn(node(10)), [])
  assert.deepEqual(wrongIn(node(60)), ['Node RSS'])
  const live = samplesOf(atMs => ({ jvmLiveBytes: 18 * mebibyte + leaking(30)(atMs) }))
  assert.deepEqual(wrongIn(live), ['JVM live objects'])
})

test('a count whose least rises is named; one that comes and goes is not', () => {
  const sockets = (of: (at: number) => number) => samplesOf((_, at) => ({ node: { ...counts, sockets: of(at) } }))
  assert.deepEqual(wrongIn(sockets(at => 14 + (at % 5))), [])
  assert.deepEqual(wrongIn(sockets(at => 14 + Math.floor(at / 100))), ['Node sockets'])
  const jvm = (threads: number) =>
    samplesOf((_, at) => ({ jvm: { ...counts, pid: 7, threads: at > 250 ? threads : 12 } }))
  assert.deepEqual(wrongIn(jvm(20)), [])
  assert.deepEqual(wrongIn(jvm(21)), ['JVM threads'])
  assert.deepEqual(wrongIn(samplesOf((_, at) => ({ files: at > 500 ? 4 : 3 }))), [])
  assert.deepEqual(wrongIn(samplesOf((_, at) => ({ files: at > 250 ? 4 : 3 }))), ['files and folders'])
})

test('only samples alone are counted, and of the JVM only those of the last one', () => {
  const shared = samplesOf((_, at) => (at % 2 === 0 ? {} : { isAlone: false, files: 10 + at }))
  assert.deepEqual(wrongIn(shared), [])
  const replaced = samplesOf((_, at) => (at < 200 ? { jvm: { ...counts, pid: 6, threads: 1, rssBytes: 1 } } : {}))
  assert.deepEqual(wrongIn(replaced), [])
})

test('without samples nothing is clean', () => {
  assert.ok(!judge([], plan, records, nothing).ok)
})

test('lost, unexpected, or no records, and what is left behind, are not clean; duplicates are', () => {
  const isClean = (changed: Partial<typeof kept>, left: Partial<LeftBehind> = {}) =>
    judge(samplesOf(), plan, { ...records, kinesis: { ...kept, ...changed } }, { ...nothing, ...left }).ok
  assert.equal(isClean({ duplicates: 50 }), true)
  for (const changed of [{ lost: 1 }, { unexpected: 1 }, { produced: 0 }]) assert.equal(isClean(changed), false)
  for (const left of [{ files: ['a'] }, { jvms: [1] }, { exitCode: 1 }, { exitCode: null }])
    assert.equal(isClean({}, left), false)
})

test('the least of each half of a series', () => {
  assert.deepEqual(floorOf([5, 3, 9, 4, 4, 8]), { first: 3, second: 4 })
  assert.equal(floorOf([1]), null)
})

test("a class histogram's total is the bytes that live", () => {
  assert.equal(liveBytesIn('   1:  10  320  [B\nTotal        123456        7890123\n'), 7_890_123)
  assert.equal(liveBytesIn('no such process'), null)
})

test('this process has memory, threads, descriptors and sockets; one that is gone has none', () => {
  const own = countsOf(process.pid)
  assert.ok(own !== null && own.rssBytes > mebibyte && own.threads > 1 && own.descriptors > own.sockets)
  assert.equal(countsOf(2 ** 30), null)
})

test('what this process opens is counted, and no more once it is closed', async () => {
  const before = countsOf(process.pid)
  assert.ok(before !== null)
  const files = await Promise.all(Array.from({ length: 5 }, () => open(fileURLToPath(import.meta.url))))
  const sockets = await Promise.all(Array.from({ length: 3 }, () => bound()))
  const opened = countsOf(process.pid)
  assert.deepEqual(
    [(opened?.descriptors ?? 0) - before.descriptors, (opened?.sockets ?? 0) - before.sockets],
    [5 + 3, 3],
  )
  await Promise.all(files.map(file => file.close()))
  for (const socket of sockets) socket.close()
  await Promise.all(sockets.map(socket => once(socket, 'close')))
  const after = countsOf(process.pid)
  assert.deepEqual([after?.descriptors, after?.sockets], [before.descriptors, before.sockets])
})

async function bound(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
