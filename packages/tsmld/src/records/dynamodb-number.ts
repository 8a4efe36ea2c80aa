/** A decimal as `sign × digits × 10^exponent`, without zeros at either end of the digits: equal values are equal texts. */
interface Decimal {
  readonly negative: boolean
  readonly digits: string
  readonly exponent: number
}

/** So many significant digits survive the way through a double. */
const safeDigits = 15

/**
 * Turns DynamoDB's number into JavaScript's, as the AWS SDK's `unmarshall` does: a whole number beyond 2^53 − 1 becomes a bigint.
 * @returns null for one that would be rounded, as DynamoDB keeps 38 digits and a double about 16, and for what is no number.
 */
export function toJavaScriptNumber(text: string): number | bigint | null {
  const number = Number(text)
  if (text.length <= safeDigits && /^-?\d+(\.\d+)?$/.test(text)) return number
  const decimal = parseDecimal(text)
  if (decimal === null) return null
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER && decimal.exponent >= 0) {
    const magnitude = BigInt(decimal.digits) * 10n ** BigInt(decimal.exponent)
    return decimal.negative ? -magnitude : magnitude
  }
  return isSame(decimal, parseDecimal(String(number))) ? number : null
}

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15] as const

/**
 * What {@link toJavaScriptNumber} makes of the decimal in these bytes, where it is plain and of at most 15 digits, as most are; else null. Digits and power of
 * ten are exact in a double, so that their quotient is rounded once, as `Number` would.
 */
export function readShortNumber(bytes: Buffer, start: number, end: number): number | null {
  if (end - start > safeDigits || start === end) return null
  const negative = bytes[start] === 0x2d
  const first = negative ? start + 1 : start
  let digits = 0
  let point = -1
  for (let at = first; at < end; at++) {
    const byte = bytes[at] as number
    if (byte >= 0x30 && byte <= 0x39) digits = digits * 10 + byte - 0x30
    else if (byte === 0x2e && point === -1 && at > first) point = at
    else return null
  }
  if (first === end || point === end - 1) return null
  const magnitude = point === -1 ? digits : digits / (powersOfTen[end - 1 - point] as number)
  return negative ? -magnitude : magnitude
}

function parseDecimal(text: string): Decimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text)
  if (match === null) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return null
  const significant = (whole + fraction).replace(/^0+/, '')
  const digits = significant.replace(/0+$/, '')
  if (digits === '') return { negative: false, digits: '0', exponent: 0 }
  return {
    negative: sign === '-',
    digits,
    exponent: Number(exponent) - fraction.length + significant.length - digits.length,
  }
}

function isSame(a: Decimal, b: Decimal | null): boolean {
  return b !== null && a.negative === b.negative && a.digits === b.digits && a.exponent === b.exponent
}
