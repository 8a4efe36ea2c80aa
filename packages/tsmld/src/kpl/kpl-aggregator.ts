import { checkOptions } from '../config/check-options.ts'
import { integer, oneOf } from '../config/checks.ts'
import { AggregateBuilder } from './aggregate-builder.ts'
import { type AggregateFormat, aggregateFormats } from './aggregate-format.ts'
import { UserRecordError } from './kpl-errors.ts'
import { checkUserRecord, type UserRecord } from './user-record.ts'

/** One Kinesis record to put; its keys are those of the first user record in it. */
export interface AggregatedRecord {
  readonly partitionKey: string
  /** Absent where the first user record has none. */
  readonly explicitHashKey?: string
  readonly data: Buffer
}

/** How a {@link KplAggregator} aggregates. */
export interface KplAggregatorOptions {
  /**
   * The most bytes of a Kinesis record, data and partition key together, as Kinesis counts them: 64 to 10,485,760. A stream takes 1,048,576 unless it is
   * set to more.
   * @default 51,200, as the KPL
   */
  readonly maxBytes?: number | undefined
  /**
   * `standard` is taken apart by the KCL itself; erlmld's own formats come through it whole.
   * @default 'standard'
   */
  readonly format?: AggregateFormat | undefined
}

const defaultMaxBytes = 51_200
const leastMaxBytes = 64
/** The largest record that any stream takes. */
const kinesisMaxBytes = 10 * 2 ** 20

const optionChecks = {
  maxBytes: integer(leastMaxBytes, kinesisMaxBytes),
  format: oneOf(...aggregateFormats),
}

/**
 * Puts user records together into Kinesis records of bounded size, in order. The KCL drops a whole aggregate when one of its user records belongs to
 * another shard than it came by: what one aggregator takes should have one partition key, or one explicit hash key, or be known to go to one shard.
 */
export class KplAggregator {
  readonly #maxBytes: number
  readonly #builder: AggregateBuilder
  /** The first of the records that wait, which gives the Kinesis record its keys. */
  #first: AggregatedRecord | null = null
  #firstKeyBytes = 0
  #count = 0
  /** Whether the one record that waits is too large for an aggregate: as in the KPL, it goes out as it is. */
  #alone = false

  /** @throws ConfigError where an option is wrong. */
  constructor(options: KplAggregatorOptions = {}) {
    checkOptions('KplAggregator', options, optionChecks)
    const { maxBytes = defaultMaxBytes, format = 'standard' } = options
    this.#maxBytes = maxBytes
    this.#builder = new AggregateBuilder(format)
  }

  /** How many user records wait. */
  get count(): number {
    return this.#count
  }

  /** The bytes of what {@link flush} would give, data and partition key; of `erlmld-zlib`, whose outcome is mostly far smaller, the most that they can be. */
  get sizeBytes(): number {
    if (this.#first === null) return 0
    return (this.#alone ? this.#first.data.length : this.#builder.bytes) + this.#firstKeyBytes
  }

  /**
   * Takes a user record, and copies its data. A record too large for any aggregate waits alone and is given as it is, in its turn.
   * @returns the Kinesis record of those before it, when it would not fit in; otherwise null.
   * @throws UserRecordError when a key is none, or the record is larger than any that Kinesis takes (10 MiB); nothing has changed then.
   */
  add(record: UserRecord): AggregatedRecord | null {
    checkUserRecord(record)
    if (
      this.#first !== null &&
      !this.#alone &&
      this.#builder.bytesWith(record) + this.#firstKeyBytes <= this.#maxBytes
    ) {
      this.#builder.add(record)
      this.#count++
      return null
    }
    const keyBytes = Buffer.byteLength(record.partitionKey)
    if (record.data.length + keyBytes > kinesisMaxBytes)
      throw new UserRecordError(
        `A user record of ${record.data.length + keyBytes} bytes is larger than Kinesis takes, which is ${kinesisMaxBytes}.`,
      )
    const full = this.flush()
    this.#alone = this.#builder.bytesWith(record) + keyBytes > this.#maxBytes
    if (!this.#alone) this.#builder.add(record)
    this.#first = toPut(record, this.#alone ? Buffer.from(record.data) : noData)
    this.#firstKeyBytes = keyBytes
    this.#count = 1
    return full
  }

  /** Gives the Kinesis record of all that wait; null when none does. */
  flush(): AggregatedRecord | null {
    const first = this.#first
    if (first === null) return null
    this.#first = null
    this.#count = 0
    return this.#alone ? first : { ...first, data: this.#builder.finish() }
  }
}

const noData = Buffer.alloc(0)

function toPut({ partitionKey, explicitHashKey }: UserRecord, data: Buffer): AggregatedRecord {
  return explicitHashKey === undefined || explicitHashKey === null
    ? { partitionKey, data }
    : { partitionKey, explicitHashKey, data }
}
