import { TsmldError, type TsmldErrorOptions } from '../errors.ts'

/** A user record cannot be put into a Kinesis record: the aggregator is as it was before. */
export class UserRecordError extends TsmldError {
  readonly code = 'TSMLD_USER_RECORD'
}

/** A record has an aggregate's magic, but is none that can be taken apart whole; `reason` says why not. */
export class MalformedAggregateError extends TsmldError {
  readonly code = 'TSMLD_MALFORMED_AGGREGATE'
  readonly reason: string
  readonly sequenceNumber: string

  constructor(sequenceNumber: string, reason: string, options: TsmldErrorOptions = {}) {
    super(
      `The record ${sequenceNumber} begins as a KPL aggregate, but is none: ${reason}. With malformed: 'plain' it is passed on as it is.`,
      options,
    )
    this.reason = reason
    this.sequenceNumber = sequenceNumber
  }
}
