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
