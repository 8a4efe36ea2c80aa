import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { type Lab, real } from './support/lab.ts'
import { assertExactlyOnce, assertKept, type Identity, type SinkLine } from './support/oracle.ts'
import { isAlive } from './support/processes.ts'
import type { SinkBehaviour } from './support/sink.ts'
import { eventually } from './support/stack.ts'
import type { Worker } from './support/worker-process.ts'

const failoverTimeMs = 2_000
const leaseAssignmentIntervalMs = 2 * failoverTimeMs
/** A worker's, at this failover time. */
const reportIntervalMs = 2_000

const keys = Array.from({ length: 12 }, (_, key) => `key-${key}`)
const round = (n: number): Identity[] => keys.map(key => ({ key, n }))

const daemonExit = ({ lines }: Worker): unknown =>
  lines.flatMap(line =>
    line.type === 'log' && line.message === 'the daemon exits' ? [(line.fields as { code: number }).code] : [],
  )[0]

function start(lab: Lab, stream: string, behaviour: SinkBehaviour = {}, stopDeadlineMs = 15_000): Promise<Worker> {
  return lab.worker({
    streams: [{ streamName: stream, applicationName: stream, behaviour }],
    runtime: { stopDeadlineMs, defaults: { failoverTimeMs, leaseAssignmentIntervalMs } },
  })
}

/** Waits until a worker's report is gone, and looks whether one comes again while it is watched. */
async function watchReports(lab: Lab, stream: string, workerId: string) {
  const isThere = async () => (await lab.reporting(stream)).includes(workerId)
  await eventually('its report is gone', async () => !(await isThere()), 2_000)
  const from = performance.now()
  let [isOver, cameAgain] = [false, 0]
  const watching = (async () => {
    for (; !isOver; await setTimeout(50)) if (await isThere()) cameAgain++
  })()
  return {
    async end() {
      isOver = true
      await watching
      return { watchedMs: performance.now() - from, cameAgain }
    },
  }
}

real(
  'fault 24: one shard whose handler hangs at the stop holds up no other: they drain, are not taken back, and the deadline ends it',
  async lab => {
    const { t, stack, linesOf } = lab
    const stream = await stack.createStream(4)
    const hangingKey = 'key-0'
    const worker = await start(lab, stream, { hang: { key: hangingKey, n: 1, ms: 60_000 } }, 8_000)
    const jvm = await worker.jvm()
    await lab.produce(stream, round(0))
    await lab.arrival(stream, round(0))
    await lab.produce(stream, round(1))
    await lab.arrival(stream, round(1))
    const hanging = linesOf(stream).find(line => line.type === 'delivered' && line.key === hangingKey)?.shardId
    const others = [...new Set(linesOf(stream).map(({ shardId }) => shardId))].filter(shardId => shardId !== hanging)
    assert.equal(others.length, 3)

    await lab.isKnown(worker, stream)
    const { workerId } = await worker.status()
    const before = linesOf(stream).length
    const stopped = performance.now()
    worker.signal('SIGTERM')
    const reports = await watchReports(lab, stream, workerId)
    await eventually(
      'the three others are handed back',
      async () => (await stack.leases(stream)).filter(({ owner }) => owner === null).length === 3,
      6_000,
    )
    t.diagnostic(`the three others were handed back after ${Math.round(performance.now() - stopped)} ms`)
    const exit = await worker.exit
    t.diagnostic(`ended ${Math.round(exit.at - stopped)} ms after SIGTERM, with a deadline of 8000 ms`)
    assert.ok(exit.at - stopped < 8_000 + 3_000)
    const { watchedMs, cameAgain } = await reports.end()
    assert.equal(cameAgain, 0, 'it is given no leases while it drains')
    assert.ok(watchedMs > 2 * reportIntervalMs, `${watchedMs} ms`)
    assert.deepEqual(
      { code: exit.code, signal: exit.signal, daemon: daemonExit(worker) },
      { code: 1, signal: null, daemon: 3 },
    )
    const failure = worker.lines.find(line => line.type === 'failed')
    assert.equal(failure?.error, 'TimeoutError')
    assert.match(failure.message, new RegExp(hanging ?? ''))
    assert.ok(!isAlive(jvm))

    const after = linesOf(stream).slice(before)
    assert.deepEqual(
      after.filter(({ type }) => type === 'begun'),
      [],
    )
    const asked = after.filter(line => line.type === 'over' && line.how === 'shutdownRequested')
    assert.deepEqual(new Set(asked.map(({ shardId }) => shardId)), new Set(others))
    const lastOf = (shardId: string) =>
      linesOf(stream).findLast(
        (line): line is SinkLine & { type: 'delivered' } => line.shardId === shardId && line.type === 'delivered',
      )
    for (const row of await stack.leases(stream)) {
      assert.equal(row.owner, null)
      const last = lastOf(row.leaseKey)?.sequenceNumber
      if (row.leaseKey === hanging) assert.notEqual(row.checkpoint, last)
      else assert.equal(row.checkpoint, last)
    }

    const another = await start(lab, stream)
    await eventually('the hanging record comes again', () =>
      linesOf(stream)
        .slice(before + after.length)
        .some(line => line.type === 'delivered' && line.key === hangingKey && line.n === 1),
    )
    const again = linesOf(stream)
      .slice(before + after.length)
      .filter(({ type }) => type === 'delivered')
    assert.ok(again.every(({ shardId }) => shardId === hanging))
    assertKept([...round(0), ...round(1)], linesOf(stream))
    another.signal('SIGTERM')
    assert.equal((await another.exit).code, 0)
  },
)

real(
  'faults 9, 24: SIGTERM and Ctrl-C drain, and another worker takes the shard over within its assignment interval + 3 s',
  async lab => {
    const { t, stack, linesOf } = lab
    const stream = await stack.createStream(1)
    const leader = await start(lab, stream)
    const produced = lab.producing(stream, ['a', 'b'], 100)
    await eventually('the first worker processes the shard', () =>
      linesOf(stream).some(({ type }) => type === 'delivered'),
    )
    const follower = await start(lab, stream)
    const sessionsOf = (worker: Worker) =>
      linesOf(stream).filter(line => line.type === 'delivered' && line.session.startsWith(`${worker.pid}-`))
    // The follower can be handed leases only once the tables show it.
    await lab.isKnown(follower, stream)
    assert.equal(sessionsOf(follower).length, 0)

    await t.test('fault 9: SIGTERM drains, exits with 0 and hands over', async () => {
      const jvm = await leader.jvm()
      const { workerId } = await leader.status()
      assert.ok((await lab.reporting(stream)).includes(workerId))
      const at = performance.now()
      leader.signal('SIGTERM')
      await eventually('the follower processes the shard', () => sessionsOf(follower).length > 0)
      const tookMs = performance.now() - at
      const exit = await leader.exit
      t.diagnostic(
        `hand-over: ${Math.round(tookMs)} ms after SIGTERM; the old worker ended after ${Math.round(exit.at - at)} ms`,
      )
      assert.ok(tookMs < leaseAssignmentIntervalMs + 3_000)
      assert.deepEqual([exit.code, exit.signal, daemonExit(leader)], [0, null, 0])
      assert.ok(!isAlive(jvm))
      const reports = await watchReports(lab, stream, workerId)
      await setTimeout(2 * reportIntervalMs)
      assert.equal((await reports.end()).cameAgain, 0)
    })

    await t.test('fault 24: Ctrl-C, which goes to the whole process group, drains too', async () => {
      const jvm = await follower.jvm()
      follower.signal('SIGINT', 'group')
      const exit = await follower.exit
      assert.deepEqual([exit.code, exit.signal, daemonExit(follower)], [0, null, 0])
      assert.ok(!isAlive(jvm))
      const last = linesOf(stream).findLast(line => line.type === 'delivered')
      const [row] = await stack.leases(stream)
      assert.ok(last?.type === 'delivered' && row !== undefined)
      assert.deepEqual([row.owner, row.checkpoint], [null, last.sequenceNumber])
    })

    const all = await produced()
    const third = await start(lab, stream)
    await lab.arrival(stream, all)
    third.signal('SIGTERM')
    await third.exit
    assertExactlyOnce(all, linesOf(stream))
  },
)
