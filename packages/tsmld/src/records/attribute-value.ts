import { greatestNesting } from '../protocol/dynamodb-layout.ts'
import { toJavaScriptNumber } from './dynamodb-number.ts'

/** How DynamoDB's numbers come; see `numbers` in the options of a DynamoDB stream. */
export type NumberForm = 'number' | 'string'

/** A map of attribute values as they come: `{ name: { S: '…' } }`. */
export type AttributeMap = Readonly<Record<string, unknown>>

/**
 * Turns attribute values into JavaScript values, as the AWS SDK's `unmarshall` does: S string, N number, B Uint8Array, SS/NS/BS Set, M object, L array, NULL null.
 * @param path what the values belong to, for errors, which never hold a value.
 * @throws RangeError on a number that would be rounded; TypeError on what is no attribute value.
 */
export function decodeAttributes(attributes: AttributeMap, numbers: NumberForm, path: string): Record<string, unknown> {
  return decodeMap(attributes, numbers, path, 0)
}

/** DynamoDB allows 32 levels; what nests deeper than the binary form may, could be deeper than the stack. */
function checkDepth(path: string, depth: number): void {
  if (depth > greatestNesting)
    throw new TypeError(`Attribute ${path} of a DynamoDB stream record nests more than ${String(greatestNesting)} deep`)
}

function decodeMap(map: AttributeMap, numbers: NumberForm, path: string, depth: number): Record<string, unknown> {
  checkDepth(path, depth)
  const item: Record<string, unknown> = {}
  for (const name of Object.keys(map))
    setAttribute(item, name, decodeAttribute(map[name], numbers, `${path}.${name}`, depth))
  return item
}

function decodeList(list: readonly unknown[], numbers: NumberForm, path: string, depth: number): unknown[] {
  checkDepth(path, depth)
  return list.map((entry, index) => decodeAttribute(entry, numbers, `${path}[${index}]`, depth))
}

/** Gives an item an attribute, of whatever name. */
export function setAttribute(item: Record<string, unknown>, name: string, value: unknown): void {
  // Assigning to `__proto__` would set the prototype instead of making a property.
  if (name === '__proto__')
    Object.defineProperty(item, name, { value, writable: true, enumerable: true, configurable: true })
  else item[name] = value
}

/** The error of a number that JavaScript would round; it holds the attribute's path, not the number. */
export function roundedNumber(path: string): RangeError {
  return new RangeError(
    `The number in attribute ${path} would be rounded: set the stream's option numbers to 'string' for exact decimal texts`,
  )
}

function decodeAttribute(attribute: unknown, numbers: NumberForm, path: string, depth: number): unknown {
  if (isObject(attribute)) {
    for (const type in attribute) return decodeTyped(type, attribute[type], numbers, path, depth)
  }
  throw new TypeError(`Attribute ${path} of a DynamoDB stream record has no type`)
}

function decodeTyped(type: string, value: unknown, numbers: NumberForm, path: string, depth: number): unknown {
  switch (type) {
    case 'S':
      if (typeof value === 'string') return value
      break
    case 'N':
      if (typeof value === 'string') return decodeNumber(value, numbers, path)
      break
    case 'B':
      if (typeof value === 'string') return decodeBinary(value)
      break
    case 'BOOL':
      if (typeof value === 'boolean') return value
      break
    case 'NULL':
      return null
    case 'M':
      if (isObject(value)) return decodeMap(value, numbers, path, depth + 1)
      break
    case 'L':
      if (Array.isArray(value)) return decodeList(value, numbers, path, depth + 1)
      break
    case 'SS':
      if (isTexts(value)) return new Set(value)
      break
    case 'NS':
      if (isTexts(value)) return new Set(value.map(entry => decodeNumber(entry, numbers, path)))
      break
    case 'BS':
      if (isTexts(value)) return new Set(value.map(decodeBinary))
      break
    default:
  }
  throw new TypeError(`Attribute ${path} of a DynamoDB stream record is not a valid ${type.slice(0, 8)}`)
}

function decodeNumber(text: string, numbers: NumberForm, path: string): number | bigint | string {
  if (numbers === 'string') return text
  const number = toJavaScriptNumber(text)
  if (number !== null) return number
  throw roundedNumber(path)
}

/** A copy, because a small Buffer is a piece of a pool that it would keep alive and show in `.buffer`. */
function decodeBinary(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(entry => typeof entry === 'string')
}
