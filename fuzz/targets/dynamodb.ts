import { ProtocolError } from '../../packages/tsmld/src/errors.ts'
import type { WireRecord } from '../../packages/tsmld/src/protocol/messages.ts'
import { recordsDecoder } from '../../packages/tsmld/src/records/records-decoder.ts'
import { changeJson } from '../mutate/json.ts'
import { plainBytes } from '../mutate/structure.ts'
import { claim, type Target } from '../target.ts'
import { binaryRecords, jsonRecords, nestedRecord } from './recordings.ts'

const attributeTags = Array.from({ length: 13 }, (_, tag) => Buffer.of(tag))
/** A map in a map, each of one attribute; repeated by the mutator it nests beyond every limit. */
const nestedMap = Buffer.from('0000000161' + '0700000010', 'hex')

/** A DynamoDB stream record as our daemon writes it. */
export const dynamodbBinary: Target = {
  name: 'dynamodb-binary',
  weight: 18,
  seeds: binaryRecords,
  structure: { ...plainBytes, tokens: [...attributeTags, nestedMap] },
  run: input => {
    readRecord('dynamodb-binary', input)
  },
}

/** A DynamoDB stream record as AWS's adapter writes it. */
export const dynamodbJson: Target = {
  name: 'dynamodb-json',
  weight: 6,
  seeds: () => [...jsonRecords(), nestedRecord(60)],
  structure: { ...plainBytes, changeUnit: changeJson },
  run: input => {
    readRecord('dynamodb-json', input)
  },
}

/** Decodes a record, and reads all of it twice: with numbers and with their texts. */
function readRecord(format: 'dynamodb-binary' | 'dynamodb-json', data: Buffer): void {
  for (const numbers of ['number', 'string'] as const) {
    try {
      const [record] = recordsDecoder(format, numbers)([wireOf(data)])
      claim(record !== undefined, 'no record')
      JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    } catch (error) {
      if (!isNamed(error)) throw error
    }
  }
}

/** The errors that docs and code name: of bytes that are none, of a number that would be rounded, of what is no attribute value of the adapter's. */
function isNamed(error: unknown): boolean {
  if (error instanceof ProtocolError) return true
  const { message } = error as Error
  return (
    (error instanceof RangeError && message.includes('would be rounded')) ||
    (error instanceof TypeError && message.startsWith('Attribute ') && message.includes('of a DynamoDB stream record'))
  )
}

const wireOf = (data: Buffer): WireRecord => ({
  sequenceNumber: '1',
  subSequenceNumber: 0,
  partitionKey: null,
  explicitHashKey: null,
  approximateArrivalTimestamp: null,
  encryptionType: null,
  aggregated: null,
  data,
})
