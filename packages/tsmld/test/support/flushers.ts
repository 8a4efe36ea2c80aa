import type { TestContext } from 'node:test'
import { type BatchProcessorOptions, batchProcessor } from '../../src/processors/batch-processor.ts'
import type { Flusher, FlushKind, FlushToken } from '../../src/processors/flusher.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { playedSaving } from './played-records.ts'
import type { PlayedSession } from './played-session.ts'
import type { CodecKind } from './scripted-daemon.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A record that a flusher holds. */
export interface Kept {
  readonly n: number
  readonly token: FlushToken
}

/** A flusher in memory, which tells what it was asked; tests replace what it does. */
export class TestFlusher implements Flusher<WireRecord> {
  /** Its calls, in short, but for heartbeats. */
  readonly calls: string[] = []
  readonly delays: (number | null)[] = []
  kept: Kept[] = []
  beats = 0
  /** What it says of a record that it does not take. */
  refuses: (n: number) => 'ignored' | 'full' | null = () => null
  /** What a flush does with what is kept; gives what is done. */
  flushes: (kind: FlushKind) => Promise<readonly FlushToken[]> | readonly FlushToken[] = () => this.take()
  beat: () => readonly FlushToken[] = () => []

  add({ sequenceNumber, subSequenceNumber }: WireRecord, token: FlushToken, delayMs: number | null) {
    const n = Number(sequenceNumber)
    const refused = this.refuses(n)
    this.calls.push(`${refused ?? 'added'} ${n}${subSequenceNumber === 0 ? '' : `/${subSequenceNumber}`}`)
    if (refused !== null) return refused
    this.delays.push(delayMs)
    this.kept.push({ n, token })
    return 'added'
  }

  flush(kind: FlushKind): Promise<readonly FlushToken[]> | readonly FlushToken[] {
    this.calls.push(kind)
    return this.flushes(kind)
  }

  heartbeat(): readonly FlushToken[] {
    this.beats++
    return this.beat()
  }

  close(): void {
    this.calls.push('close')
  }

  /** Takes out what is kept, all or that of these places. */
  take(...places: number[]): FlushToken[] {
    const taken = places.length === 0 ? this.kept : places.map(place => this.kept[place] as Kept)
    this.kept = this.kept.filter(each => !taken.includes(each))
    return taken.map(({ token }) => token)
  }

  /** The calls since the last look. */
  newCalls(): string[] {
    return this.calls.splice(0)
  }
}

/** A session under a virtual clock with a flusher of one's own; a checkpoint for each flush. */
export async function flushing(
  t: TestContext,
  options: Partial<BatchProcessorOptions<WireRecord>> = {},
  prepare: (flusher: TestFlusher) => void = () => {},
  kind: CodecKind = 'frames',
): Promise<PlayedSession & { readonly clock: VirtualClock; readonly flusher: TestFlusher }> {
  const clock = new VirtualClock(t)
  const flusher = new TestFlusher()
  prepare(flusher)
  const factory = batchProcessor<WireRecord>({
    flusher: () => flusher,
    checkpointIntervalMs: 0,
    retry: { attempts: 3, backoff: { baseMs: 100, maxMs: 1_000 } },
    ...options,
  })
  return { ...(await playedSaving(factory, kind)), clock, flusher }
}
