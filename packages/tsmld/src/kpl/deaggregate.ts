import { checkOptions } from '../config/check-options.ts'
import { integer, oneOf, shown } from '../config/checks.ts'
import type { KinesisRecord } from '../records/record.ts'
import type { AggregateMessage } from './aggregate-message.ts'
import { type HashKeyRange, isInRange, type ParsedRange, parseRange } from './hash-key.ts'
import { MalformedAggregateError } from './kpl-errors.ts'
import { type OpenedAggregate, openAggregate, toBuffer } from './open-aggregate.ts'

/** What may be taken apart: a {@link KinesisRecord}, or as much of one as another source tells. */
export interface DeaggregateInput extends Partial<Omit<KinesisRecord, 'sequenceNumber' | 'data'>> {
  readonly sequenceNumber: string
  readonly data: Uint8Array
}

/** How aggregates are taken apart. */
export interface DeaggregateOptions {
  /**
   * What becomes of a record that begins as an aggregate but is none that can be taken apart whole: `plain` passes it on as it is, `refuse` throws.
   * @default 'plain'
   */
  readonly malformed?: 'plain' | 'refuse' | undefined
  /**
   * The shard's range of hash keys. With it an aggregate that holds a user record outside of the range is dropped whole, as the KCL drops it, whose
   * producer (the KPL) sends its records again.
   * @default no range: nothing is dropped
   */
  readonly hashKeyRange?: HashKeyRange | undefined
  /**
   * The most bytes that an `erlmld-zlib` aggregate may inflate to: beyond them it is malformed.
   * @default 16 MiB; erlmld writes at most 1 MiB, {@link KplAggregator} 10 MiB
   */
  readonly maxInflatedBytes?: number | undefined
}

type KinesisRecords = Generator<KinesisRecord, void, undefined>

const defaultMaxInflatedBytes = 16 * 2 ** 20

const optionChecks = {
  malformed: oneOf('plain', 'refuse'),
  // Looked into by parseRange().
  hashKeyRange: () => null,
  maxInflatedBytes: integer(1),
}

/**
 * Takes a record apart where it is an aggregate of any of the formats; any other, and one that came out of an aggregate, is passed on itself, with null
 * for what its source did not tell. An aggregate is checked whole before its first user record is given. The data of a user record is a view into the
 * aggregate's. Checkpoint at the record that was taken apart, never at one of these: the KCL would take that for the whole, and lose what follows.
 * @throws ConfigError at once, where an option is wrong; MalformedAggregateError with `malformed: 'refuse'`, in place of the record's first.
 */
export function deaggregate(record: DeaggregateInput, options: DeaggregateOptions = {}): KinesisRecords {
  return deaggregateRecords([record], options)
}

/** As {@link deaggregate}, of many records, in order. */
export function deaggregateRecords(
  records: Iterable<DeaggregateInput>,
  options: DeaggregateOptions = {},
): KinesisRecords {
  return takeApart(records, normalize(options))
}

interface Settings {
  readonly refuse: boolean
  readonly range: ParsedRange | null
  readonly maxInflatedBytes: number
}

function normalize(options: DeaggregateOptions): Settings {
  checkOptions('deaggregate()', options, optionChecks)
  const { malformed = 'plain', hashKeyRange, maxInflatedBytes = defaultMaxInflatedBytes } = options
  const range = hashKeyRange === undefined ? null : parseRange(hashKeyRange)
  return { refuse: malformed === 'refuse', range, maxInflatedBytes }
}

/** What the SDK gives has other names. @throws TypeError */
function assertRecord(record: DeaggregateInput): void {
  const { sequenceNumber, data } = (record as Partial<DeaggregateInput> | null | undefined) ?? {}
  const problem = !ArrayBuffer.isView(data)
    ? `data as a Uint8Array, not ${shown(data)}`
    : typeof sequenceNumber !== 'string'
      ? `sequenceNumber as a text, not ${shown(sequenceNumber)}`
      : null
  if (problem !== null)
    throw new TypeError(
      `deaggregate() needs a record's ${problem}. Of the AWS SDK's records, give { data: Data, sequenceNumber: SequenceNumber, partitionKey: PartitionKey }.`,
    )
}

function* takeApart(records: Iterable<DeaggregateInput>, settings: Settings): KinesisRecords {
  for (const record of records) {
    assertRecord(record)
    const opened = open(record, settings)
    switch (opened.kind) {
      case 'aggregate':
        yield* userRecords(record, opened.message)
        break
      case 'malformed':
        if (settings.refuse)
          throw new MalformedAggregateError(record.sequenceNumber, opened.reason, { cause: opened.cause })
        yield complete(record)
        break
      case 'plain':
        yield complete(record)
        break
      case 'dropped':
    }
  }
}

function open(record: DeaggregateInput, { range, maxInflatedBytes }: Settings): OpenedAggregate | { kind: 'dropped' } {
  // What came out of an aggregate is a user's own bytes; and taken apart again, several records would have one position.
  if (record.aggregated === true || (record.subSequenceNumber ?? 0) > 0) return { kind: 'plain' }
  const opened = openAggregate(record.data, maxInflatedBytes)
  if (range === null || opened.kind !== 'aggregate') return opened
  switch (isInRange(opened.message, range)) {
    case true:
      return opened
    case false:
      return { kind: 'dropped' }
    case null:
      return { kind: 'malformed', reason: 'an explicit hash key is no number from 0 to 2^128 − 1' }
  }
}

function* userRecords(outer: DeaggregateInput, message: AggregateMessage): KinesisRecords {
  const { sequenceNumber, approximateArrivalTimestamp = null, encryptionType = null } = outer
  for (let subSequenceNumber = 0; message.next(); subSequenceNumber++)
    yield {
      sequenceNumber,
      subSequenceNumber,
      partitionKey: message.partitionKey,
      explicitHashKey: message.explicitHashKey,
      approximateArrivalTimestamp,
      encryptionType,
      aggregated: true,
      data: message.data,
    }
}

const fields = [
  'subSequenceNumber',
  'partitionKey',
  'explicitHashKey',
  'approximateArrivalTimestamp',
  'encryptionType',
  'aggregated',
] as const satisfies readonly (keyof KinesisRecord)[]

/** The record itself, where it has every field; asked by name, because reading one may decode it. */
function complete(record: DeaggregateInput): KinesisRecord {
  if (isComplete(record)) return record
  return {
    sequenceNumber: record.sequenceNumber,
    subSequenceNumber: record.subSequenceNumber ?? 0,
    partitionKey: record.partitionKey ?? null,
    explicitHashKey: record.explicitHashKey ?? null,
    approximateArrivalTimestamp: record.approximateArrivalTimestamp ?? null,
    encryptionType: record.encryptionType ?? null,
    aggregated: record.aggregated ?? false,
    data: toBuffer(record.data),
  }
}

const isComplete = (record: DeaggregateInput): record is KinesisRecord =>
  Buffer.isBuffer(record.data) && fields.every(field => field in record)
