import { ProtocolError } from '../errors.ts'
import { endOfObject } from './end-of-object.ts'
import { excerpt } from './excerpt.ts'
import { JsonCursor } from './json-cursor.ts'
import { parseJsonObject } from './json-fields.ts'
import { recordFromJson } from './json-lines-records.ts'
import type { WireRecord } from './messages.ts'
import { takeRecord } from './record-scanner.ts'

const lineFeed = 0x0a
const comma = 0x2c
const openBrace = 0x7b
const closeBracket = 0x5d

/** Reads the array `records` of one `processRecords`, from after its `[` on, as its bytes come: each record as soon as it is there whole. */
export class RecordsReader {
  readonly records: WireRecord[] = []
  #next: 'first record' | 'record' | 'comma' | 'nothing' = 'first record'

  /** Whether the array's `]` was read. */
  get closed(): boolean {
    return this.#next === 'nothing'
  }

  /**
   * Reads on at `start` and gives where it stopped: after the `]`, or where a record begins that is not whole yet, or at the end. The records are views of `bytes`, in which their data
   * is decoded.
   * @throws ProtocolError
   */
  read(bytes: Buffer, start: number): number {
    const cursor = new JsonCursor(bytes, start)
    while (!this.closed) {
      const byte = cursor.peek()
      if (byte === -1) break
      if (this.#next === 'comma') {
        if (byte !== comma && byte !== closeBracket) throw unexpected('not JSON: after a record comes', cursor)
        this.#next = byte === comma ? 'record' : 'nothing'
        cursor.at++
      } else if (byte === closeBracket && this.#next === 'first record') {
        this.#next = 'nothing'
        cursor.at++
      } else {
        if (byte !== openBrace) throw unexpected('processRecords: a record must be an object, but begins with', cursor)
        if (!this.#takeRecord(cursor)) break
        this.#next = 'comma'
      }
    }
    return cursor.at
  }

  /** False, and the cursor where it was, where the record is not whole. */
  #takeRecord(cursor: JsonCursor): boolean {
    const start = cursor.at
    const record = takeRecord(cursor) ?? readByJsonParse(cursor, start)
    if (record === null) return false
    this.records.push(record)
    return true
  }
}

/** The slow way, for every form and fault. */
function readByJsonParse(cursor: JsonCursor, start: number): WireRecord | null {
  const { bytes } = cursor
  const end = endOfObject(bytes, start)
  const record = bytes.subarray(start, end === -1 ? bytes.length : end)
  const lineEnd = record.indexOf(lineFeed)
  if (lineEnd !== -1) throw new ProtocolError(`not JSON: ${excerpt(record.subarray(0, lineEnd))}`)
  cursor.at = end === -1 ? start : end
  return end === -1 ? null : recordFromJson(parseJsonObject(record))
}

function unexpected(what: string, { bytes, at }: JsonCursor): ProtocolError {
  return new ProtocolError(`${what} ${excerpt(bytes.subarray(at, at + 1))}`)
}
