import { isUtf8 } from 'node:buffer'
import { ProtocolError } from '../errors.ts'
import { excerpt } from './excerpt.ts'

/** A parsed JSON object whose fields are not checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>

const positionPattern = /^(?:[0-9]{1,255}|TRIM_HORIZON|LATEST|AT_TIMESTAMP|SHARD_END)$/
const digitsPattern = /^[0-9]{1,255}$/

/** Parses `bytes` as one JSON object in UTF-8. @throws ProtocolError with the beginning of what came. */
export function parseJsonObject(bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw new ProtocolError(`not UTF-8: ${excerpt(bytes)}`)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    // V8's own message may quote any part of the input, a record's data too.
    throw new ProtocolError(`not JSON: ${excerpt(bytes)}`)
  }
  if (!isJsonObject(value)) throw new ProtocolError(`not a JSON object: ${excerpt(bytes)}`)
  return value
}

/** Whether `value` is an object and neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text at `name`, which must not be empty. @throws ProtocolError */
export function textField(object: JsonObject, name: string, where: string): string {
  const value = object[name]
  if (typeof value !== 'string' || value === '') throw wrongField(where, name, 'a text', value)
  return value
}

/** The text at `name`, or null where it is null or absent. @throws ProtocolError */
export function nullableTextField(object: JsonObject, name: string, where: string): string | null {
  const value = object[name] ?? null
  if (value !== null && typeof value !== 'string') throw wrongField(where, name, 'a text or null', value)
  return value
}

/** The integer at `name`, or null where it is null or absent. @throws ProtocolError above 2^53 − 1. */
export function nullableIntegerField(object: JsonObject, name: string, where: string): number | null {
  const value = object[name] ?? null
  if (value !== null && !(typeof value === 'number' && Number.isSafeInteger(value)))
    throw wrongField(where, name, 'an integer of at most 2^53 - 1, or null', value)
  return value
}

/** The sub-sequence number at `name`, or null where it is null or absent. @throws ProtocolError when negative or above 2^53 − 1. */
export function nullableSubSequenceNumberField(object: JsonObject, name: string, where: string): number | null {
  const value = nullableIntegerField(object, name, where)
  if (value !== null && value < 0) throw wrongField(where, name, 'at least 0', value)
  return value
}

/** The sequence number or sentinel at `name`, or null where it is null or absent. @throws ProtocolError */
export function nullablePositionField(object: JsonObject, name: string, where: string): string | null {
  const value = nullableTextField(object, name, where)
  if (value !== null && !positionPattern.test(value)) throw wrongField(where, name, 'digits or a sentinel', value)
  return value
}

/** The sequence number at `name`, digits only. @throws ProtocolError */
export function sequenceNumberField(object: JsonObject, name: string, where: string): string {
  const value = object[name]
  if (typeof value !== 'string' || !digitsPattern.test(value)) throw wrongField(where, name, 'digits', value)
  return value
}

/** The error of a field that is not what it must be; it shows the value's beginning. */
export function wrongField(where: string, name: string, expected: string, value: unknown): ProtocolError {
  const shown =
    typeof value === 'string'
      ? excerpt(value)
      : typeof value === 'object' && value !== null
        ? 'an object'
        : String(value)
  return new ProtocolError(`${where}: ${name} must be ${expected}, but is ${shown}`)
}
