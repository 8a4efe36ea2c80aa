import { ConfigError } from '../errors.ts'
import { md5 } from './aggregate-format.ts'
import type { AggregateMessage } from './aggregate-message.ts'

/** A shard's hash keys, both ends included, in decimal, as Kinesis' `ListShards` names them. */
export interface HashKeyRange {
  readonly startingHashKey: string
  readonly endingHashKey: string
}

/** A {@link HashKeyRange} as numbers. */
export interface ParsedRange {
  readonly from: bigint
  readonly to: bigint
}

const maxHashKey = 2n ** 128n - 1n

/** Reads a hash key in decimal; null where it is none from 0 to 2^128 − 1. */
export function parseHashKey(text: unknown): bigint | null {
  if (typeof text !== 'string' || !/^\d{1,39}$/.test(text)) return null
  const hashKey = BigInt(text)
  return hashKey <= maxHashKey ? hashKey : null
}

/** @throws ConfigError where an end is no hash key, or the ends are the wrong way round: nothing would be in such a range, and every aggregate dropped. */
export function parseRange(range: HashKeyRange): ParsedRange {
  // Without types it may be anything.
  const given: unknown = range
  const { startingHashKey, endingHashKey } = (given ?? {}) as Partial<HashKeyRange>
  const [from, to] = [parseHashKey(startingHashKey), parseHashKey(endingHashKey)]
  if (from === null || to === null)
    throw new ConfigError('Both ends of hashKeyRange must be decimal numbers from 0 to 2^128 − 1, as text.')
  if (from > to) throw new ConfigError('The startingHashKey of hashKeyRange must not be above its endingHashKey.')
  return { from, to }
}

/** Whether all user records of an aggregate belong to a range; null where the hash key of one is no number. */
export function isInRange(message: AggregateMessage, { from, to }: ParsedRange): boolean | null {
  message.rewind()
  let isInside = true
  while (message.next()) {
    const { explicitHashKey } = message
    const hashKey = explicitHashKey === null ? hashOf(message.partitionKey) : parseHashKey(explicitHashKey)
    if (hashKey === null) return null
    isInside &&= hashKey >= from && hashKey <= to
  }
  message.rewind()
  return isInside
}

/** Where Kinesis puts a record of that partition key. */
const hashOf = (partitionKey: string): bigint => BigInt(`0x${md5(Buffer.from(partitionKey)).toString('hex')}`)
