import { checkOptions } from '../config/check-options.ts'
import { type Check, integer, text } from '../config/checks.ts'
import { CheckpointError, ConfigError } from '../errors.ts'
import type { RecordFormat, WirePosition, WireRecord } from '../protocol/messages.ts'
import { DynamodbStreamRecord } from '../records/dynamodb-stream-record.ts'
import type { KinesisRecord, Position } from '../records/record.ts'
import { asProcessor } from '../session/as-processor.ts'
import { clockOf } from '../session/clock.ts'
import type { HeldRecords } from '../session/held-records.ts'
import { recordFormatOf } from '../session/record-format.ts'
import type { Batch, Checkpointer, ProcessorFactory, RecordProcessor, Shard } from '../session/record-processor.ts'
import { RecordingFile } from './recording-file.ts'
import { assertFactory } from './test-checks.ts'

/** Options of {@link recordShard}. */
export interface RecordShardOptions {
  /** How large the file of one session may grow before its recording ends, with a warning. @default 268,435,456 (256 MiB) */
  readonly maxBytes?: number
}

/**
 * The same processor, with everything that its shards deliver written down for `replayShard`: one file a session, `<shardId>-<epoch ms>.jsonl`, with the records' own bytes, positions, checkpoints and the shard's end.
 * The files hold the stream's data as it is: they are made with mode 0600, in a folder of mode 0700 where it is not there yet. What cannot be written is logged, and changes nothing else.
 * @throws ConfigError on what is no processor, no path, or a wrong option.
 */
export function recordShard<R extends Position>(
  processor: ProcessorFactory<R>,
  folder: string,
  options: RecordShardOptions = {},
): ProcessorFactory<R> {
  const where = 'recordShard()'
  assertFactory(where, processor)
  checkOptions(where, options, { maxBytes: integer(1) } satisfies Record<keyof RecordShardOptions, Check>)
  const problem = text()(folder)
  if (problem !== null) throw new ConfigError(`The folder of ${where} ${problem}.`)
  const { maxBytes = 268_435_456 } = options
  return async shard => {
    const inner = asProcessor(await processor(shard))
    return new RecordedProcessor(inner, shard, new RecordingFile(shard, folder, maxBytes))
  }
}

/** Writes down what passes between a session and a processor. */
class RecordedProcessor<R extends object> implements RecordProcessor<R> {
  readonly emptyBatches: boolean
  /** Absent where the processor has none: its calls are then its methods. */
  readonly held?: () => HeldRecords
  readonly #inner: RecordProcessor<R>
  readonly #file: RecordingFile
  readonly #format: RecordFormat | null
  readonly #madeAtMs: number
  #began = false
  #delivered: Position | undefined

  constructor(inner: RecordProcessor<R>, shard: Shard, file: RecordingFile) {
    this.#inner = inner
    this.#file = file
    this.#format = recordFormatOf(shard)
    this.#madeAtMs = clockOf(shard).now()
    this.emptyBatches = inner.emptyBatches === true
    const held = inner.held?.bind(inner)
    if (held !== undefined) this.held = held
    shard.stopping.addEventListener('abort', () => {
      this.#begin()
      file.stopping()
    })
    shard.signal.addEventListener('abort', () => {
      const reason: unknown = shard.signal.reason
      if (reason instanceof CheckpointError && reason.reason === 'ShutdownException')
        file.daemon({ kind: 'leaseLosing' })
      else file.close()
    })
  }

  async processRecords(batch: Batch<R>, checkpointer: Checkpointer): Promise<void> {
    const records = batch.records.map(wireOf)
    const [first] = batch.records
    if (first !== undefined) this.#begin(first)
    if (this.#began) this.#file.daemon({ ...batch, kind: 'processRecords', records })
    this.#delivered = records.at(-1) ?? this.#delivered
    await this.#inner.processRecords(
      batch,
      this.#recorded(checkpointer, () => this.#delivered),
    )
    if (this.#began) this.#file.node({ kind: 'status', responseFor: 'processRecords' })
  }

  async shardEnded(checkpointer: Checkpointer): Promise<void> {
    this.#begin()
    this.#file.daemon({ kind: 'shardEnded' })
    await this.#inner.shardEnded?.(this.#recorded(checkpointer, () => undefined))
    this.#file.node({ kind: 'status', responseFor: 'shardEnded' })
    this.#file.close()
  }

  async shutdownRequested(checkpointer: Checkpointer): Promise<void> {
    this.#begin()
    this.#file.daemon({ kind: 'shutdownRequested' })
    await this.#inner.shutdownRequested?.(this.#recorded(checkpointer, () => this.#delivered))
    this.#file.node({ kind: 'status', responseFor: 'shutdownRequested' })
  }

  async leaseLost(): Promise<void> {
    this.#begin()
    this.#file.daemon({ kind: 'leaseLost' })
    await this.#inner.leaseLost?.()
    this.#file.node({ kind: 'status', responseFor: 'leaseLost' })
    this.#file.close()
  }

  async settled(): Promise<void> {
    await this.#inner.settled?.()
  }

  /** Heartbeats before the first record are left out, or they would have to be kept until it comes. */
  #begin(first?: R): void {
    if (this.#began) return
    this.#began = true
    this.#file.began(this.#format ?? formatOf(first ?? {}), this.#madeAtMs)
  }

  #recorded(checkpointer: Checkpointer, latest: () => Position | undefined): Checkpointer {
    return {
      checkpoint: at => {
        const position = positionOf(at ?? latest())
        const answered = position ?? { sequenceNumber: null, subSequenceNumber: null }
        const say = (error: string | null): void => {
          this.#file.daemon({ ...answered, kind: 'checkpointAnswered', error })
        }
        this.#file.node({ kind: 'checkpoint', position })
        const saved = checkpointer.checkpoint(at)
        saved.then(
          () => say(null),
          (error: unknown) => {
            if (error instanceof CheckpointError) say(error.reason)
          },
        )
        return saved
      },
    }
  }
}

function wireOf(record: object): WireRecord {
  return DynamodbStreamRecord.wireOf(record) ?? (record as KinesisRecord)
}

/** Of a shard that no session made, its first record tells. The adapter's JSON is an object; the binary form begins with its version. */
function formatOf(record: object): RecordFormat {
  const wire = DynamodbStreamRecord.wireOf(record)
  if (wire === null) return 'kinesis'
  return wire.data[0] === '{'.charCodeAt(0) ? 'dynamodb-json' : 'dynamodb-binary'
}

function positionOf(at: Position | undefined): WirePosition | null {
  return at === undefined ? null : { sequenceNumber: at.sequenceNumber, subSequenceNumber: at.subSequenceNumber }
}
