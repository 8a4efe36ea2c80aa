import { shown } from '../config/checks.ts'
import type { Position } from './record.ts'

/** Where a record stands, for a sink that refuses what it has had: see the recipes in docs/processors.md. */
export interface FencingToken {
  readonly shardId: string
  /** Digits only. Compared as text, byte by byte, the greater one is the later record of the shard, sub-sequence number included. 19 characters longer than the sequence number. */
  readonly order: string
}

const lengthDigits = 3
const subSequenceDigits = 16

/**
 * A record's position as something that any store can compare.
 * @throws TypeError on a position that is no record's.
 */
export function fencingToken(shard: { readonly shardId: string }, record: Position): FencingToken {
  // Without types either may be anything.
  const shardId: unknown = (shard as Partial<typeof shard> | null | undefined)?.shardId
  const given = record as Partial<Position> | null | undefined
  const sequenceNumber: unknown = given?.sequenceNumber
  const subSequenceNumber = given?.subSequenceNumber ?? -1
  const digits = typeof sequenceNumber === 'string' ? /^0*(\d{1,999})$/.exec(sequenceNumber)?.[1] : undefined
  if (typeof shardId !== 'string')
    throw new TypeError('fencingToken() needs a shard, with its shardId, and then a record')
  if (digits === undefined || !Number.isSafeInteger(subSequenceNumber) || subSequenceNumber < 0)
    throw new TypeError(
      given === undefined || given === null
        ? `fencingToken() needs a shard and a record of it, not ${String(given)}`
        : `fencingToken() needs a record, not the position ${shown(sequenceNumber)}/${shown(given.subSequenceNumber)}`,
    )
  // The length first: digits alone would put 9 after 10.
  const length = String(digits.length).padStart(lengthDigits, '0')
  return { shardId, order: length + digits + String(subSequenceNumber).padStart(subSequenceDigits, '0') }
}
