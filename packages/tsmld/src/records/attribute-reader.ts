import { isUtf8 } from 'node:buffer'
import { attributeTag, greatestNesting } from '../protocol/dynamodb-layout.ts'
import { type NumberForm, roundedNumber, setAttribute } from './attribute-value.ts'
import { readShortNumber, toJavaScriptNumber } from './dynamodb-number.ts'
import { nameAt } from './name-cache.ts'

/** Up to here the loop is quicker than a call out of JavaScript, which costs the same whatever the length. */
const greatestShortBytes = 12

/**
 * Reads attribute values of docs/protocol.md, `A DynamoDB stream record`, into the JavaScript values that `decodeAttributes` makes of the adapter's JSON: in
 * one pass, checking every length against what is there.
 */
export class AttributeReader {
  readonly #bytes: Buffer
  readonly #numbers: NumberForm
  readonly #malformed: (why: string) => Error
  /** Names and indices down to the value that is being read, for errors. */
  readonly #path: (string | number)[]
  #at = 0

  /**
   * @param path what the values belong to, for a RangeError.
   * @param malformed makes the error of bytes that are no attribute values.
   */
  constructor(bytes: Buffer, numbers: NumberForm, path: string, malformed: (why: string) => Error) {
    this.#bytes = bytes
    this.#numbers = numbers
    this.#path = [path]
    this.#malformed = malformed
  }

  /** Reads the content of a map. @throws RangeError on a number that would be rounded; what `malformed` makes on anything else. */
  read(start: number, end: number): Record<string, unknown> {
    this.#at = start
    return this.#map(end, 1)
  }

  #map(end: number, depth: number): Record<string, unknown> {
    const item: Record<string, unknown> = {}
    while (this.#at < end) {
      const length = this.#length(end)
      const start = this.#at
      this.#at += length
      const name = nameAt(this.#bytes, start, this.#at) ?? this.#text(start, this.#at)
      this.#path[depth] = name
      setAttribute(item, name, this.#value(end, depth))
    }
    return item
  }

  #list(end: number, depth: number): unknown[] {
    const list: unknown[] = []
    while (this.#at < end) {
      this.#path[depth] = list.length
      list.push(this.#value(end, depth))
    }
    return list
  }

  #value(end: number, depth: number): unknown {
    if (this.#at >= end) throw this.#malformed('it is cut off')
    const tag = this.#bytes[this.#at++] as number
    switch (tag) {
      case attributeTag.true:
        return true
      case attributeTag.false:
        return false
      case attributeTag.NULL:
        return null
      case attributeTag.unknown:
        throw this.#malformed('it has a type that the daemon does not know')
      default:
    }
    if (tag > attributeTag.BS) throw this.#malformed(`it has an unknown tag, ${String(tag)}`)
    const length = this.#length(end)
    const start = this.#at
    const contentEnd = start + length
    switch (tag) {
      case attributeTag.M:
        return this.#map(contentEnd, this.#deeper(depth))
      case attributeTag.L:
        return this.#list(contentEnd, this.#deeper(depth))
      case attributeTag.SS:
        return this.#set(contentEnd, (from, to) => this.#text(from, to))
      case attributeTag.NS:
        return this.#set(contentEnd, (from, to) => this.#number(from, to, depth))
      case attributeTag.BS:
        return this.#set(contentEnd, (from, to) => this.#binary(from, to))
      default:
    }
    this.#at = contentEnd
    if (tag === attributeTag.S) return this.#text(start, contentEnd)
    return tag === attributeTag.N ? this.#number(start, contentEnd, depth) : this.#binary(start, contentEnd)
  }

  #set(end: number, read: (start: number, end: number) => unknown): Set<unknown> {
    const set = new Set()
    while (this.#at < end) {
      const length = this.#length(end)
      const start = this.#at
      this.#at += length
      set.add(read(start, this.#at))
    }
    return set
  }

  /** A length field, which must not reach beyond `end`. */
  #length(end: number): number {
    const at = this.#at
    if (end - at < 4) throw this.#malformed('it is cut off')
    const bytes = this.#bytes
    const length =
      (bytes[at] as number) * 0x1_00_00_00 +
      (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
    this.#at = at + 4
    if (length > end - this.#at) throw this.#malformed('a length in it reaches beyond its end')
    return length
  }

  #deeper(depth: number): number {
    if (depth > greatestNesting) throw this.#malformed(`it nests more than ${String(greatestNesting)} deep`)
    return depth + 1
  }

  #text(start: number, end: number): string {
    if (end - start <= greatestShortBytes) {
      const short = shortAsciiText(this.#bytes, start, end)
      if (short !== null) return short
    }
    const text = this.#bytes.toString('utf8', start, end)
    // What is not UTF-8 was replaced by this character, which may also be meant; that no Latin-1 text holds it, V8 knows without looking.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, end)))
      throw this.#malformed('a text in it is not UTF-8')
    return text
  }

  #number(start: number, end: number, depth: number): number | bigint | string {
    if (this.#numbers === 'number') {
      const short = readShortNumber(this.#bytes, start, end)
      if (short !== null) return short
    }
    const text = this.#text(start, end)
    if (this.#numbers === 'string') return text
    const number = toJavaScriptNumber(text)
    if (number === null) throw roundedNumber(this.#pathTo(depth))
    return number
  }

  /** A copy: a view would keep the whole chunk alive. */
  #binary(start: number, end: number): Uint8Array {
    const copy = new Uint8Array(end - start)
    copy.set(this.#bytes.subarray(start, end))
    return copy
  }

  #pathTo(depth: number): string {
    return this.#path
      .slice(0, depth + 1)
      .map((part, index) => (index === 0 ? part : typeof part === 'number' ? `[${String(part)}]` : `.${part}`))
      .join('')
  }
}

/** The text of these bytes, or null where they are not all ASCII. */
function shortAsciiText(bytes: Buffer, start: number, end: number): string | null {
  let text = ''
  let at = start
  for (; at + 4 <= end; at += 4) {
    const [a, b, c, d] = [
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
    ]
    if ((a | b | c | d) > 0x7f) return null
    text += String.fromCharCode(a, b, c, d)
  }
  for (; at < end; at++) {
    const byte = bytes[at] as number
    if (byte > 0x7f) return null
    text += String.fromCharCode(byte)
  }
  return text
}
