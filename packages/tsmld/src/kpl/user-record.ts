import { parseHashKey } from './hash-key.ts'
import { UserRecordError } from './kpl-errors.ts'

/** One user record to put. */
export interface UserRecord {
  /** 1 to 256 characters. */
  readonly partitionKey: string
  /** The hash to use instead of the partition key's: decimal, 0 to 2^128 − 1, without leading zeros. */
  readonly explicitHashKey?: string | null | undefined
  readonly data: Uint8Array
}

const maxKeyCharacters = 256

/** @throws UserRecordError on what Kinesis, or the KCL that takes the aggregate apart, would not take. */
export function checkUserRecord({ partitionKey, explicitHashKey, data }: UserRecord): void {
  if (!isPartitionKey(partitionKey))
    throw new UserRecordError('The partitionKey of a user record must be a text of 1 to 256 Unicode characters.')
  if (!(data instanceof Uint8Array)) throw new UserRecordError('The data of a user record must be a Uint8Array.')
  if (explicitHashKey !== undefined && explicitHashKey !== null && !isHashKey(explicitHashKey))
    throw new UserRecordError(
      'The explicitHashKey of a user record must be a decimal number from 0 to 2^128 − 1, as text, without leading zeros.',
    )
}

function isPartitionKey(key: unknown): boolean {
  if (typeof key !== 'string' || key === '') return false
  // A half of a surrogate pair has no UTF-8: two different keys would become one.
  if (/\p{Surrogate}/u.test(key)) return false
  return key.length <= maxKeyCharacters || Array.from(key).length <= maxKeyCharacters
}

function isHashKey(key: unknown): boolean {
  return typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) && parseHashKey(key) !== null
}
