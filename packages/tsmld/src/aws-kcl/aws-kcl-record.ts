import { ConfigError } from '../errors.ts'
import type { KinesisRecord } from '../records/record.ts'
import type { AwsKclRecord } from './contract.ts'

/** A record as aws-kcl has it: a plain object, to be spread and written to. Its base64 is made when it is first read. @throws ConfigError on a record of a DynamoDB stream. */
export function toAwsKclRecord(record: KinesisRecord): AwsKclRecord {
  if (!('data' in record))
    throw new ConfigError(
      'fromAwsKcl() takes the records of Kinesis streams only: a DynamoDB stream needs a RecordProcessor of tsmld.',
    )
  let data: string | undefined
  return {
    action: 'record',
    get data() {
      data ??= record.data.toString('base64')
      return data
    },
    set data(text) {
      data = text
    },
    partitionKey: record.partitionKey,
    sequenceNumber: record.sequenceNumber,
    subSequenceNumber: record.subSequenceNumber,
    approximateArrivalTimestamp: record.approximateArrivalTimestamp?.getTime() ?? null,
  }
}
