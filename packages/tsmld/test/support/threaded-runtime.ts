import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import type { KinesisStreamOptions } from '../../src/config/stream-options.ts'
import type { ControlListener } from '../../src/daemon/control-channel.ts'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import type { DaemonMessage, Hello } from '../../src/protocol/messages.ts'
import type { RuntimeOptions } from '../../src/runtime/runtime-options.ts'
import { DaemonPeer } from './daemon-peer.ts'
import type { FakeDaemons, FakeMode } from './fake-daemons.ts'
import { type FakeRuntime, fakeRuntime } from './fake-runtime.ts'
import { hearRecorders, recorderUrl, type Told } from './recorder-channel.ts'
import { until } from './turns.ts'
import { initialize, wireRecord } from './wire-records.ts'

/** A runtime with threads whose daemons do nothing: the test plays their shards. */
export interface ThreadedRuntime extends FakeRuntime {
  readonly told: readonly Told[]
  readonly goOn: (shardId: string) => void
  /** What was told of a shard, without the shard. */
  of(shardId: string): string[]
  /** The last list of listeners that the daemon of a stream got. */
  listeners(place?: number): readonly ControlListener[]
  /** Connects a shard to a listener. */
  open(options?: { readonly at?: number; readonly place?: number } & Partial<Hello>): Promise<DaemonPeer>
  /** Opens a shard at a listener, and waits until its processor was made. */
  begin(shardId: string, at?: number, place?: number): Promise<DaemonPeer>
}

export async function threadedRuntime(
  t: TestContext,
  options: Partial<RuntimeOptions> = {},
  streamOptions: Partial<KinesisStreamOptions> = {},
  modes: readonly (readonly FakeMode[])[] = [['well']],
): Promise<ThreadedRuntime> {
  const { told, goOn } = hearRecorders(t)
  const fake = await fakeRuntime(
    t,
    modes,
    { threads: 2, ...options },
    { processor: moduleProcessor(recorderUrl), ...streamOptions },
  )
  const { fakes } = fake
  let leases = 0
  const lastRun = (place: number) => (fakes[place] as FakeDaemons).runs().at(-1)
  const listeners = (place = 0): readonly ControlListener[] => {
    const orders = lastRun(place)?.orders ?? []
    return orders.flatMap(order => (order.type === 'listeners' ? [order.listeners] : [])).at(-1) ?? []
  }
  const open: ThreadedRuntime['open'] = async ({ at = 0, place = 0, ...fields } = {}) => {
    const start = lastRun(place)?.orders.find(order => order.type === 'start')
    const listener = listeners(place)[at]
    assert(start?.type === 'start' && listener !== undefined)
    const socket = 'path' in listener ? connect(listener.path) : connect(listener.port, listener.host)
    socket.on('error', () => {})
    t.after(() => socket.destroy())
    const peer = new DaemonPeer(socket)
    peer.hello({ token: start.token, stream: `app-${place}`, leaseId: `lease-${++leases}`, ...fields })
    return peer
  }
  const of = (shardId: string): string[] => told.filter(each => each.shardId === shardId).map(({ what }) => what)
  const begin: ThreadedRuntime['begin'] = async (shardId, at = 0, place = 0) => {
    const made = () => of(shardId).filter(what => what === 'made').length
    const before = made()
    const peer = await open({ at, place, shardId })
    peer.say(initialize(shardId))
    await until(`${shardId} begins`, () => made() === before + 1 && peer.heard().includes('status initialize'))
    return peer
  }
  return { ...fake, told, goOn, of, listeners, open, begin }
}

let sequence = 0

/** A batch whose records tell the recorder what to do. */
export const deeds = (...texts: string[]): DaemonMessage => ({
  kind: 'processRecords',
  records: texts.map(text => ({ ...wireRecord(++sequence), data: Buffer.from(text) })),
  millisBehindLatest: 0,
  atShardEnd: false,
})
