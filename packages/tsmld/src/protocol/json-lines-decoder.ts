// A line is read whole, except a `processRecords` as every MultiLangDaemon writes it: its records are read one by one as they come, so that a line of many megabytes is never held.
import { ProtocolError } from '../errors.ts'
import type { Decoder } from './codec.ts'
import { type JsonObject, parseJsonObject } from './json-fields.ts'
import { isBlank, lineTooLong } from './line-splitter.ts'
import type { DaemonMessage, WireRecord } from './messages.ts'
import { RecordsReader } from './records-reader.ts'
import { UnfinishedBytes } from './unfinished-bytes.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const closeBrace = 0x7d
const recordsHead = Buffer.from('{"action":"processRecords","records":[')
/** What stands for the head, when the rest of its line is read. */
const restHead = Buffer.from('{"action":"processRecords"')

/** Reads the message of a line; its records are null where they are in `object`. */
export type ReadMessage = (object: JsonObject, records: readonly WireRecord[] | null) => DaemonMessage

/** Decodes lines of JSON, whatever the chunks they come in. */
export class JsonLinesDecoder implements Decoder {
  readonly #limit: number
  readonly #readMessage: ReadMessage
  readonly #unfinished = new UnfinishedBytes()
  /** The records of the present line, or null where it is read whole. */
  #records: RecordsReader | null = null
  /** How many bytes of the present line were read. */
  #lineBytes = 0
  /** How long an unfinished record must be before it is read again, but at its line's end: one with braces in its texts would else be read at each of them. */
  #readAgainAt = 0

  /** @param lineBytes The greatest line accepted, without its end. */
  constructor(lineBytes: number, readMessage: ReadMessage) {
    this.#limit = lineBytes
    this.#readMessage = readMessage
  }

  *push(chunk: Buffer): Generator<DaemonMessage, void, undefined> {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#unfinished.length === 0) {
        const read = yield* this.#read(rest)
        if (read < rest.length) this.#unfinished.append(rest.subarray(read))
        break
      }
      const end = this.#endOfUnfinished(rest)
      this.#unfinished.append(end === -1 ? rest : rest.subarray(0, end + 1))
      if (end === -1) break
      rest = rest.subarray(end + 1)
      const read = yield* this.#read(this.#unfinished.bytes)
      this.#readAgainAt = read === 0 ? 2 * this.#unfinished.length : 0
      this.#unfinished.drop(read)
    }
    // One less: a carriage return that belongs to the end.
    this.#check(this.#lineBytes + this.#unfinished.length - 1)
  }

  end(): void {
    const bytes = this.#lineBytes + this.#unfinished.length
    if (this.#records !== null || !isBlank(this.#unfinished.bytes))
      throw new ProtocolError(`the connection ended inside a line: ${bytes} bytes of it came`)
  }

  /** Where what is unfinished may end: a line by its line feed, a record by a brace, or by a line feed that breaks it. */
  #endOfUnfinished(rest: Buffer): number {
    const lineEnd = rest.indexOf(lineFeed)
    if (this.#records === null || this.#records.closed) return lineEnd
    const recordEnd = rest.indexOf(closeBrace, Math.max(0, this.#readAgainAt - this.#unfinished.length))
    return recordEnd === -1 || (lineEnd !== -1 && lineEnd < recordEnd) ? lineEnd : recordEnd
  }

  /** Reads what `bytes` hold whole, and gives how much of them that is. */
  *#read(bytes: Buffer): Generator<DaemonMessage, number, undefined> {
    let at = 0
    while (at < bytes.length) {
      at = this.#readRecords(bytes, at)
      if (this.#records?.closed === false) break
      const end = bytes.indexOf(lineFeed, at)
      if (end === -1) break
      const message = this.#readLine(bytes.subarray(at, end))
      at = end + 1
      if (message !== null) yield message
    }
    return at
  }

  #readRecords(bytes: Buffer, start: number): number {
    let at = start
    if (this.#records === null && bytes.subarray(at, at + recordsHead.length).equals(recordsHead)) {
      this.#records = new RecordsReader()
      at += recordsHead.length
    }
    if (this.#records?.closed === false) at = this.#records.read(bytes, at)
    this.#lineBytes += at - start
    return at
  }

  /** @param rest the line, or what of it was not read yet. */
  #readLine(rest: Buffer): DaemonMessage | null {
    const text = rest.at(-1) === carriageReturn ? rest.subarray(0, -1) : rest
    this.#check(this.#lineBytes + text.length)
    const records = this.#records?.records ?? null
    this.#records = null
    this.#lineBytes = 0
    if (records !== null) return this.#readMessage(parseJsonObject(Buffer.concat([restHead, text])), records)
    return isBlank(text) ? null : this.#readMessage(parseJsonObject(text), null)
  }

  #check(lineBytes: number): void {
    if (lineBytes > this.#limit) throw lineTooLong(this.#limit)
  }
}
