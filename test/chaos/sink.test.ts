import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SinkServer } from '../../chaos/run/sink-server.ts'
import { SinkClient } from '../../chaos/worker/sink-client.ts'
import type { Delivery } from '../real/support/oracle.ts'

const record = (n: number): Delivery => ({
  application: 'app',
  session: '1-1',
  shardId: 's0',
  sequenceNumber: String(n),
  subSequenceNumber: 0,
  key: 'a',
  n,
})

test('a sink takes what is written, is down when it is told to be, and takes a write that got no answer once', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'sink-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'sink.sock')
  const sink = new SinkServer(path, () => {})
  let refusals = 0
  const client = new SinkClient(path, () => refusals++)
  const taken = () => sink.taken.map(({ n }) => n)

  await assert.rejects(client.write([record(0)]), /the sink is down/)
  assert.equal(refusals, 1)
  await sink.up()
  await client.write([record(0), record(1)])
  assert.deepEqual(taken(), [0, 1])

  const lost = client.write([record(2)])
  await sink.down()
  await assert.rejects(lost, /the sink is down/)
  await assert.rejects(client.write([record(2)]), /the sink is down/)
  // A write that was under way counts, and one that found nobody.
  assert.equal(refusals, 3)
  await sink.up()
  await client.write([record(2), record(3)])
  assert.deepEqual(taken(), [0, 1, 2, 3])

  // Twice without a failure in between is twice: the oracle shall see it.
  await client.write([record(3)])
  assert.deepEqual(taken(), [0, 1, 2, 3, 3])
  assert.equal(refusals, 3)
  client.close()
  await sink.down()
})

test('a line that ends in the middle, as a killed worker leaves it, is no record', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'sink-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'sink.sock')
  const sink = new SinkServer(path, () => {})
  await sink.up()
  const socket = connect(path)
  socket.end(`{"id":1,"records":[${JSON.stringify(record(0))}`)
  await new Promise(resolve => socket.on('close', resolve).resume())
  assert.deepEqual(sink.taken, [])
  await sink.down()
})
