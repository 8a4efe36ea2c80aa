import { checkOptions } from '../config/check-options.ts'
import { bool, func, integer, milliseconds } from '../config/checks.ts'
import { ConfigError } from '../errors.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import { recordDelayMs } from '../records/record-measures.ts'
import { clockOf } from '../session/clock.ts'
import type { Checkpointer, ProcessorFactory, Shard } from '../session/record-processor.ts'
import { type FlushPolicy, FlushRunner } from './flush-runner.ts'
import type { Flusher } from './flusher.ts'
import { type FailureOptions, failureChecks, failurePolicy } from './processor-options.ts'
import { tellListener } from './tell-listener.ts'

/** A checkpoint that the lease table holds. */
export interface SavedCheckpoint extends Position {
  /** How long it is since the stream took this record, in milliseconds; null where the daemon does not say. */
  readonly delayMs: number | null
}

/** Options of {@link batchProcessor}. */
export interface BatchProcessorOptions<R extends Position>
  extends Pick<FailureOptions<R>, 'retry' | 'checkpointIntervalMs' | 'onEvent'> {
  /** Makes the flusher of a shard, when its lease was taken. */
  readonly flusher: (shard: Shard) => Flusher<R> | Promise<Flusher<R>>
  /** A partial flush after so many records were added. @default no limit: the flusher says when it is full */
  readonly maxRecords?: number
  /** A partial flush after so many bytes were added: the records' data, or DynamoDB's own measure of a change. @default no limit */
  readonly maxBytes?: number
  /** How long after a flush the next partial one comes, in milliseconds, while the flusher holds records; also where no more arrive. @default 1_000 */
  readonly flushIntervalMs?: number
  /** How much time lies between two heartbeats, in milliseconds. @default 1_000 */
  readonly heartbeatIntervalMs?: number
  /** Whether a checkpoint may stand inside a KPL aggregate; if not, at the last of its records only. @default true */
  readonly subSequenceCheckpoints?: boolean
  /** Told of each checkpoint that the lease table holds, but for the shard's end. What it throws, or rejects with, is logged and changes nothing. */
  readonly onCheckpoint?: (checkpoint: SavedCheckpoint, shard: Shard) => void
  /** Whether each of them is logged, as `info`. @default false */
  readonly logCheckpoints?: boolean
}

const where = 'batchProcessor()'
const { retry, checkpointIntervalMs, onEvent } = failureChecks

/** The checks of its options, by name. */
export const batchProcessorChecks = {
  retry,
  checkpointIntervalMs,
  onEvent,
  flusher: func,
  maxRecords: integer(1),
  maxBytes: integer(1, undefined, ' bytes'),
  flushIntervalMs: milliseconds(1),
  heartbeatIntervalMs: milliseconds(1),
  subSequenceCheckpoints: bool,
  onCheckpoint: func,
  logCheckpoints: bool,
} satisfies Readonly<Record<keyof BatchProcessorOptions<never>, unknown>>

/**
 * Makes processors that hand each record to a {@link Flusher} of yours, one a shard, and ask it to flush: when it is full, by count, bytes and time, and whole when the shard is left.
 * The checkpoint is the highest record whose every predecessor the flusher has said is done, in whichever order it did.
 * @throws ConfigError on an option that is unknown or wrong.
 */
export function batchProcessor<R extends Position = KinesisRecord>(
  options: BatchProcessorOptions<R>,
): ProcessorFactory<R> {
  checkOptions(where, options, batchProcessorChecks)
  const { flusher } = options
  if (typeof (flusher as unknown) !== 'function')
    throw new ConfigError(`${where} needs the option 'flusher', a function of a shard that makes its flusher.`)
  const policy: FlushPolicy<R> = {
    ...failurePolicy<R>(where, options),
    maxRecords: options.maxRecords ?? Number.POSITIVE_INFINITY,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    flushIntervalMs: options.flushIntervalMs ?? 1_000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 1_000,
    subSequenceCheckpoints: options.subSequenceCheckpoints ?? true,
    announced: (checkpointer, shard) => announced(checkpointer, shard, options),
  }
  return async shard => new FlushRunner(shard, policy, asFlusher(await flusher(shard)))
}

function announced<R extends Position>(
  checkpointer: Checkpointer,
  shard: Shard,
  { onCheckpoint, logCheckpoints }: BatchProcessorOptions<R>,
): Checkpointer {
  if (onCheckpoint === undefined && logCheckpoints !== true) return checkpointer
  return {
    checkpoint: async at => {
      await checkpointer.checkpoint(at)
      if (at === undefined) return
      const { sequenceNumber, subSequenceNumber } = at
      const checkpoint = { sequenceNumber, subSequenceNumber, delayMs: recordDelayMs(at, clockOf(shard).now()) }
      if (logCheckpoints === true) shard.logger.info(checkpoint, 'the lease table holds a checkpoint')
      tellListener('onCheckpoint', shard.logger, () => onCheckpoint?.(checkpoint, shard))
    },
  }
}

/** What the option made, which without types may be anything. @throws TypeError */
function asFlusher<R extends Position>(made: Flusher<R>): Flusher<R> {
  const { add, flush } = (made as Partial<Flusher<R>> | null | undefined) ?? {}
  if (typeof add === 'function' && typeof flush === 'function') return made
  throw new TypeError("the option 'flusher' made no object with methods add and flush")
}
