// What a test gives, checked: a slip of the pen must fail the test by its name, and not be passed over.
import { isUint8Array } from 'node:util/types'
import { checkOptions } from '../config/check-options.ts'
import { bool, type Check, integer, oneOf, shown, text } from '../config/checks.ts'
import { didYouMean } from '../config/did-you-mean.ts'
import { ConfigError } from '../errors.ts'
import type { TestChange, TestRecord } from './test-records.ts'

const digits = text(/^\d+$/, 'a text of decimal digits')
const orNull =
  (check: Check): Check =>
  value =>
    value === null ? null : check(value)
const anyText: Check = value => (typeof value === 'string' ? null : `must be a text, not ${shown(value)}`)
const anObject: Check = value =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? null : `must be an object, not ${shown(value)}`

const position = {
  sequenceNumber: digits,
  subSequenceNumber: integer(0),
  arrivedAt: (value: unknown) =>
    Number.isFinite(value instanceof Date ? value.getTime() : value)
      ? null
      : `must be a valid Date or epoch milliseconds, not ${shown(value)}`,
}
const recordChecks: Readonly<Record<keyof TestRecord, Check>> = {
  ...position,
  data: value =>
    typeof value === 'string' || isUint8Array(value) ? null : `must be a text or a Uint8Array, not ${shown(value)}`,
  partitionKey: orNull(anyText),
  explicitHashKey: orNull(digits),
  aggregated: bool,
}
const changeChecks: Readonly<Record<keyof TestChange, Check>> = {
  ...position,
  keys: anObject,
  newImage: anObject,
  oldImage: anObject,
  eventName: oneOf('INSERT', 'MODIFY', 'REMOVE'),
  streamViewType: oneOf('NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE', 'KEYS_ONLY'),
  eventId: anyText,
  userIdentity: anObject,
}

/** @throws ConfigError */
export function assertRecord(record: TestRecord): void {
  checkOptions('a record of deliver()', record, recordChecks)
}

/** @throws ConfigError */
export function assertChange(change: TestChange<object>): void {
  checkOptions('a change of deliver()', change, changeChecks)
  if ((change.keys as unknown) === undefined) throw new ConfigError("A change of deliver() needs its 'keys'.")
}

/** Where a shard may begin. */
export const checkStartingPosition: Check = value => {
  const sentinel = oneOf('TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP')
  if (typeof value === 'string') return /^\d+$/.test(value) ? null : sentinel(value)
  const { sequenceNumber, subSequenceNumber } = (value ?? {}) as Readonly<Record<string, unknown>>
  const valid = digits(sequenceNumber) === null || sentinel(sequenceNumber) === null
  return valid && integer(0)(subSequenceNumber) === null
    ? null
    : 'must be a sentinel, a sequence number as a text, or { sequenceNumber, subSequenceNumber }'
}

/** @throws ConfigError on what makes no processors. */
export function assertFactory(where: string, processor: unknown): void {
  if (typeof processor === 'function') return
  const isStream = typeof processor === 'object' && processor !== null && 'options' in processor
  throw new ConfigError(
    `${where} needs a processor, as eachRecord() makes one, not ${isStream ? 'a stream: give what is its processor' : shown(processor)}.`,
  )
}

const exceptions = [
  'ThrottlingException',
  'ShutdownException',
  'InvalidStateException',
  'IllegalArgumentException',
  'KinesisClientLibDependencyException',
]

/** The name of an exception; any will do, but for one that was meant to be another. @throws ConfigError */
export function assertException(name: string): void {
  const problem = text(/^\w+$/, 'the simple name of a Java exception')(name)
  if (problem !== null) throw new ConfigError(`The error of failCheckpoints() ${problem}: ${exceptions.join(', ')}.`)
  const hint = exceptions.includes(name) ? '' : didYouMean(name, exceptions)
  if (hint !== '') throw new ConfigError(`The error '${name}' of failCheckpoints() is none of the KCL's.${hint}`)
}

/** @throws ConfigError */
export function assertTimes(where: string, times: number): void {
  const problem = integer(0)(times)
  if (problem !== null) throw new ConfigError(`How often, in ${where}, ${problem}`)
}

/** @throws ConfigError */
export function assertPassing(ms: number): void {
  if (typeof (ms as unknown) !== 'number' || !Number.isFinite(ms) || ms < 0)
    throw new ConfigError(`advance() needs a number of milliseconds of at least 0, not ${shown(ms)}.`)
}
