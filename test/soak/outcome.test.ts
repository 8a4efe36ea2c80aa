import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { floorOf } from '../../soak/measure/floor.ts'
import { memoryIn } from '../../soak/measure/jvm-memory.ts'
import { countsOf, processesNaming, threadsNamed } from '../../soak/measure/proc.ts'
import type { Sample } from '../../soak/measure/sample.ts'
import { judge, type LeftBehind, type SoakOutcome } from '../../soak/report/outcome.ts'

const mebibyte = 2 ** 20
const counts = { rssBytes: 100 * mebibyte, anonymousBytes: 60 * mebibyte, threads: 12, descriptors: 36, sockets: 14 }
const jvm = { ...counts, pid: 7, leaseDiscoveryThreads: 0 }
const jvmMemory = {
  liveBytes: 18 * mebibyte,
  classes: 10_700,
  nativeBytes: 41 * mebibyte,
  compiledBytes: 70 * mebibyte,
  anonymousBytes: 330 * mebibyte,
}
const kept = { produced: 100, lost: 0, unexpected: 0, duplicates: 3 }
const records: SoakOutcome['records'] = { kinesis: kept, dynamodb: kept }
const nothing: LeftBehind = { files: [], jvms: [], exitCode: 0, secondRuns: 4, surprises: [] }
const plan = { minutes: 20, steadyFromMs: 300_000, countedFromMs: 60_000 }

/** 20 minutes, a sample each 2 s; `change` is given the time. */
const samplesOf = (change: (atMs: number, at: number) => Partial<Sample> = () => ({})): Sample[] =>
  Array.from({ length: 600 }, (_, at) => ({
    atMs: at * 2_000,
    isAlone: true,
    node: counts,
    nodeHeapBytes: 12 * mebibyte,
    nodeExternalBytes: mebibyte,
    jvm,
    jvmMemory,
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

test('a memory that grows steadily by more than it may is named', () => {
  const leaking = (perHour: number) => (atMs: number) => (perHour * atMs) / 3_600_000
  const rss = (perHour: number) =>
    samplesOf(atMs => ({ node: { ...counts, rssBytes: counts.rssBytes + mebibyte * leaking(perHour)(atMs) } }))
  assert.deepEqual(wrongIn(rss(15)), [])
  assert.deepEqual(wrongIn(rss(20)), ['Node RSS'])
  const heap = (perHour: number) => samplesOf(atMs => ({ nodeHeapBytes: mebibyte * (12 + leaking(perHour)(atMs)) }))
  assert.deepEqual(wrongIn(heap(2.5)), [])
  assert.deepEqual(wrongIn(heap(4)), ['Node heap after GC'])
  const external = samplesOf(atMs => ({ nodeExternalBytes: mebibyte * (1 + leaking(4)(atMs)) }))
  assert.deepEqual(wrongIn(external), ['Node external'])
})

test("of a JVM's memory, objects, native memory, classes and the pages beside compiled code may not grow; compiled code may", () => {
  const growing = (change: (hours: number) => Partial<typeof jvmMemory>) =>
    samplesOf(atMs => ({ jvmMemory: { ...jvmMemory, ...change(atMs / 3_600_000) } }))
  const { liveBytes, classes, nativeBytes, compiledBytes, anonymousBytes } = jvmMemory
  assert.deepEqual(wrongIn(growing(hours => ({ liveBytes: liveBytes + 4 * mebibyte * hours }))), ['JVM live objects'])
  assert.deepEqual(wrongIn(growing(hours => ({ nativeBytes: nativeBytes + 6 * mebibyte * hours }))), ['JVM native'])
  assert.deepEqual(wrongIn(growing(hours => ({ classes: classes + 500 * hours }))), ['JVM classes'])
  assert.deepEqual(wrongIn(growing(hours => ({ anonymousBytes: anonymousBytes + 20 * mebibyte * hours }))), [
    'JVM pages less compiled',
  ])
  const compiling = growing(hours => ({
    compiledBytes: compiledBytes + 50 * mebibyte * hours,
    anonymousBytes: anonymousBytes + 50 * mebibyte * hours,
  }))
  assert.deepEqual(wrongIn(compiling), [])
})

test('a count whose least rises is named; one that comes and goes is not', () => {
  const sockets = (of: (at: number) => number) => samplesOf((_, at) => ({ node: { ...counts, sockets: of(at) } }))
  assert.deepEqual(wrongIn(sockets(at => 14 + (at % 5))), [])
  assert.deepEqual(wrongIn(sockets(at => 14 + Math.floor(at / 100))), ['Node sockets'])
  const early = samplesOf((_, at) => (at < 100 ? { jvm: { ...jvm, threads: 2 } } : {}))
  assert.deepEqual(wrongIn(early), [])
  const descriptors = samplesOf((_, at) => (at > 250 ? { node: { ...counts, descriptors: 39 } } : {}))
  assert.deepEqual(wrongIn(descriptors), ['Node descriptors'])
  const threads = (more: number, leaseDiscoveryThreads: number) =>
    samplesOf((_, at) => (at > 250 ? { jvm: { ...jvm, threads: 12 + more, leaseDiscoveryThreads } } : {}))
  assert.deepEqual(wrongIn(threads(2, 0)), [])
  assert.deepEqual(wrongIn(threads(3, 0)), ['JVM threads'])
  assert.deepEqual(wrongIn(threads(10, 10)), [])
  assert.deepEqual(wrongIn(threads(11, 11)), ['LeaseDiscovery threads'])
  assert.deepEqual(wrongIn(samplesOf((_, at) => ({ files: at > 500 ? 4 : 3 }))), [])
  assert.deepEqual(wrongIn(samplesOf((_, at) => ({ files: at > 250 ? 4 : 3 }))), ['files and folders'])
})

test('only samples alone are counted, and of the JVM only those of the last one', () => {
  const fewer = { node: { ...counts, sockets: 1 }, files: 0, jvm: { ...jvm, threads: 1 } }
  const shared = samplesOf((_, at) => (at % 2 === 0 || at > 300 ? {} : { isAlone: false, ...fewer }))
  assert.deepEqual(wrongIn(shared), [])
  assert.deepEqual(wrongIn(samplesOf(atMs => (atMs < plan.countedFromMs ? fewer : {}))), [])
  const replaced = samplesOf((_, at) =>
    at < 200 ? { jvm: { ...jvm, pid: 6, threads: 1 }, jvmMemory: { ...jvmMemory, liveBytes: 1 } } : {},
  )
  assert.deepEqual(wrongIn(replaced), [])
  const leaking = samplesOf((atMs, at) =>
    at < 200
      ? { jvm: { ...jvm, pid: 6 } }
      : { jvmMemory: { ...jvmMemory, liveBytes: jvmMemory.liveBytes + (8 * mebibyte * atMs) / 3_600_000 } },
  )
  assert.deepEqual(wrongIn(leaking), ['JVM live objects'])
})

test('growth that cannot be told from noise is none', () => {
  const noisy = (perHour: number, noise: number) =>
    samplesOf(atMs => ({
      nodeHeapBytes: mebibyte * (12 + (perHour * atMs) / 3_600_000 + (Math.floor(atMs / 10_000) % 2 === 0 ? noise : 0)),
    }))
  assert.deepEqual(wrongIn(noisy(3.3, 0)), ['Node heap after GC'])
  assert.deepEqual(wrongIn(noisy(3.3, 1)), [])
  assert.deepEqual(wrongIn(noisy(9, 1)), ['Node heap after GC'])
})

test('a JVM’s memory that was not asked for is no memory of 0', () => {
  assert.deepEqual(wrongIn(samplesOf((_, at) => (at < 300 ? { jvmMemory: null } : {}))), [])
})

test('what was never seen is not clean: a worker that was never alone, or never had a JVM', () => {
  const held = ['descriptors', 'sockets', 'threads'].flatMap(what => [`Node ${what}`, `JVM ${what}`])
  assert.deepEqual(wrongIn(samplesOf(() => ({ isAlone: false }))), [...held, 'files and folders'])
  const withoutJvm = wrongIn(samplesOf(() => ({ jvm: null, jvmMemory: null })))
  const memory = ['live objects', 'native', 'classes', 'pages less compiled', 'compiled', 'RSS'].map(of => `JVM ${of}`)
  assert.deepEqual(withoutJvm, [...memory, 'JVM descriptors', 'JVM sockets', 'JVM threads', 'LeaseDiscovery threads'])
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
  for (const left of [{ secondRuns: 0 }, { surprises: ['the second worker ended with code 1'] }])
    assert.equal(isClean({}, left), false)
})

test('the least of each half of a series', () => {
  assert.deepEqual(floorOf([5, 3, 9, 4, 4, 8]), { first: 3, second: 4 })
  assert.equal(floorOf([1]), null)
})

const summary = `   1:  10  320  [B
Total        123456        7890123

Total: reserved=1689426KB, committed=301434KB
-                 Java Heap (reserved=163840KB, committed=163840KB)
-                     Class (reserved=1049587KB, committed=7091KB)
                            (classes #10702)
-                    Thread (reserved=106800KB, committed=11660KB)
-                      Code (reserved=249277KB, committed=24941KB)
-                     Other (reserved=16714KB, committed=16714KB)
-    Native Memory Tracking (reserved=4796KB, committed=4796KB)
-                 Metaspace (reserved=65536KB, committed=43840KB)
Trim native heap: RSS+Swap: 346M->328M (-18888K)
`

test("a JVM's objects, classes, native memory and compiled code are read from its own account; without it there is none", () => {
  assert.deepEqual(memoryIn(summary), {
    liveBytes: 7_890_123,
    classes: 10_702,
    nativeBytes: (11_660 + 16_714) * 1_024,
    compiledBytes: (7_091 + 24_941 + 43_840) * 1_024,
  })
  assert.equal(memoryIn('no such process'), null)
  assert.equal(memoryIn(summary.replace(/^Total .*$/m, '')), null)
  assert.equal(memoryIn('Total        123456        7890123\nNative memory tracking is not enabled\n'), null)
})

test('threads are counted by the beginning of their names', () => {
  assert.ok(threadsNamed(process.pid, 'node') >= 1)
  assert.equal(threadsNamed(process.pid, 'LeaseDiscovery-'), 0)
  assert.equal(threadsNamed(2 ** 30, ''), 0)
})

test('this process has memory, threads, descriptors and sockets; one that is gone has none', () => {
  const own = countsOf(process.pid)
  assert.ok(own !== null && own.rssBytes > mebibyte && own.threads > 1 && own.descriptors > own.sockets)
  assert.ok(own.anonymousBytes > mebibyte && own.anonymousBytes < own.rssBytes)
  assert.equal(countsOf(2 ** 30), null)
})

test('a process is found by what its command line names, and no more once it is gone', async () => {
  const name = `looked-for-${randomUUID()}`
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', name], { stdio: 'ignore' })
  await once(child, 'spawn')
  assert.deepEqual(processesNaming(name), [child.pid])
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(processesNaming(name), [])
})

// In a process of its own: this one's test runner and loader open and close what they like.
const opener = `
  const [fs, net] = [require('node:fs'), require('node:net')]
  let files = []
  let sockets = []
  const orders = {
    async open() {
      files = [1, 2, 3, 4, 5].map(() => fs.openSync(process.execPath))
      sockets = [1, 2, 3].map(() => net.createServer().listen(0, '127.0.0.1'))
      await Promise.all(sockets.map(socket => require('node:events').once(socket, 'listening')))
    },
    async close() {
      for (const file of files) fs.closeSync(file)
      await Promise.all(sockets.map(socket => new Promise(done => socket.close(done))))
    },
    async look() {},
  }
  const lines = require('node:readline').createInterface({ input: process.stdin })
  lines.on('line', order => orders[order]().then(() => console.log(order)))
`

test('what a process opens is counted, and no more once it is closed', async () => {
  const child = spawn(process.execPath, ['-e', opener], { stdio: ['pipe', 'pipe', 'inherit'] })
  const after = async (order: 'look' | 'open' | 'close') => {
    child.stdin.write(`${order}\n`)
    await once(child.stdout, 'data')
    const counted = countsOf(child.pid ?? 0)
    assert.ok(counted !== null)
    return counted
  }
  try {
    const before = await after('look')
    const opened = await after('open')
    assert.deepEqual([opened.descriptors - before.descriptors, opened.sockets - before.sockets], [5 + 3, 3])
    const closed = await after('close')
    assert.deepEqual([closed.descriptors, closed.sockets], [before.descriptors, before.sockets])
  } finally {
    child.stdin.end()
    await once(child, 'exit')
  }
})
