import { isUtf8 } from 'node:buffer'

const quote = 0x22
const backslash = 0x5c
const letterN = 0x6e
const letterT = 0x74
const letterF = 0x66
const greatestDigits = 15

/**
 * Reads JSON out of bytes, its plain forms only: strings without escapes, integers of at most 15 digits, the literals. A method that answers false met another form, a fault, or the
 * bytes' end, and leaves it to `JSON.parse` to tell which; where it stands then has no meaning. A line feed is no blank here: it ends the line.
 */
export class JsonCursor {
  readonly bytes: Buffer
  at: number
  /** Where the last string's text begins and ends, without its quotes. */
  start = 0
  end = 0
  /** The last integer. */
  integer = 0

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  /** The next byte that is no blank, which is not taken; -1 at the end. */
  peek(): number {
    const { bytes } = this
    let { at } = this
    while (at < bytes.length) {
      const byte = bytes[at] as number
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) {
        this.at = at
        return byte
      }
      at++
    }
    this.at = at
    return -1
  }

  /** Takes `byte` if it comes next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.at++
    return true
  }

  /** Takes a string in UTF-8. */
  takeString(): boolean {
    if (!this.take(quote)) return false
    const { bytes } = this
    let { at } = this
    let seen = 0
    this.start = at
    while (at < bytes.length) {
      const byte = bytes[at] as number
      if (byte === quote) {
        this.end = at
        this.at = at + 1
        return seen < 0x80 || isUtf8(bytes.subarray(this.start, at))
      }
      if (byte < 0x20 || byte === backslash) return false
      seen |= byte
      at++
    }
    return false
  }

  /** Takes a string whose text the caller checks, escapes and control characters too: several times as quick where it is long. */
  takeUncheckedString(): boolean {
    if (!this.take(quote)) return false
    this.start = this.at
    this.end = this.bytes.indexOf(quote, this.at)
    this.at = this.end + 1
    return this.end !== -1
  }

  /** Takes a string of one or more decimal digits. */
  takeDigits(): boolean {
    if (!this.take(quote)) return false
    const { bytes } = this
    let { at } = this
    this.start = at
    while (at < bytes.length && isDigit(bytes[at] as number)) at++
    this.end = at
    this.at = at + 1
    return at > this.start && at < bytes.length && bytes[at] === quote
  }

  /** Takes an integer that is not negative. */
  takeInteger(): boolean {
    const first = this.peek() - 0x30
    if (first < 0 || first > 9) return false
    const { bytes } = this
    const start = this.at
    let at = start + 1
    let value = first
    while (at < bytes.length) {
      const digit = (bytes[at] as number) - 0x30
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      at++
    }
    this.at = at
    this.integer = value
    // Nothing can follow the bytes' end: there the number itself may be cut off.
    return at < bytes.length && at - start <= greatestDigits && (first !== 0 || at - start === 1) && !this.#inNumber()
  }

  /** Takes an integer that is not negative, or `null`, which then is `nullValue`. */
  takeNullableInteger(nullValue: number): boolean {
    if (this.peek() !== letterN) return this.takeInteger()
    this.integer = nullValue
    return this.takeNull()
  }

  /** Takes `null`. */
  takeNull(): boolean {
    return this.peek() === letterN && this.#takeLiteral('null')
  }

  /** Takes a value that is neither an object nor an array. */
  takeScalar(): boolean {
    switch (this.peek()) {
      case quote:
        return this.takeString()
      case letterN:
        return this.#takeLiteral('null')
      case letterT:
        return this.#takeLiteral('true')
      case letterF:
        return this.#takeLiteral('false')
      default:
        return this.takeInteger()
    }
  }

  #takeLiteral(literal: string): boolean {
    const end = this.at + literal.length
    const found = this.bytes.toString('latin1', this.at, end) === literal
    this.at = end
    return found
  }

  /** Whether the number goes on: a fraction or an exponent. */
  #inNumber(): boolean {
    const byte = this.bytes[this.at]
    return byte === 0x2e || byte === 0x65 || byte === 0x45
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
