import type { TestContext } from 'node:test'
import type { BatchFailures } from '../../src/processors/batch-outcome.ts'
import { type EachBatchOptions, eachBatch } from '../../src/processors/each-batch.ts'
import type { WireRecord } from '../../src/protocol/messages.ts'
import { playedSaving } from './played-records.ts'
import type { PlayedSession } from './played-session.ts'
import type { CodecKind } from './scripted-daemon.ts'
import { VirtualClock } from './virtual-clock.ts'
import { wireRecord } from './wire-records.ts'

/** Three attempts, quickly. */
export const retry = { attempts: 3, backoff: { baseMs: 100, maxMs: 1_000 } }

type Answer = BatchFailures | undefined | Promise<BatchFailures | undefined>

/** A session under a virtual clock, and the numbers of each batch that its handler got. */
export async function batchesOf(
  t: TestContext,
  options: EachBatchOptions<WireRecord>,
  answer: (numbers: number[], attempt: number) => Answer = () => undefined,
  kind: CodecKind = 'frames',
): Promise<PlayedSession & { readonly clock: VirtualClock; readonly batches: number[][] }> {
  const clock = new VirtualClock(t)
  const batches: number[][] = []
  const factory = eachBatch<WireRecord>(
    (records, { attempt }) => {
      const numbers = records.map(({ sequenceNumber }) => Number(sequenceNumber))
      batches.push(numbers)
      return answer(numbers, attempt)
    },
    { retry, ...options },
  )
  return { ...(await playedSaving(factory, kind)), clock, batches }
}

/** What a handler returns when these have failed. */
export const failing = (...numbers: number[]): BatchFailures => ({ failed: numbers.map(n => wireRecord(n)) })
