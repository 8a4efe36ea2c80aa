import type { AttributeValueJson, AttributeValues } from '../protocol/dynamodb-encoder.ts'

/**
 * Turns an item into attribute values, the way back of what a handler reads: string S, number and bigint N, Uint8Array B, Set SS, NS or BS, array L, object M, null NULL. What is undefined is left out.
 * @throws TypeError on any other value.
 */
export function encodeItem(item: object): AttributeValues {
  return Object.fromEntries(
    Object.entries(item)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, encodeAttribute(value, name)]),
  )
}

function encodeAttribute(value: unknown, path: string): AttributeValueJson {
  if (value === null) return { NULL: true }
  if (value instanceof Uint8Array) return { B: value }
  if (value instanceof Set) return encodeSet([...value], path)
  if (Array.isArray(value)) return { L: value.map((entry, index) => encodeAttribute(entry, `${path}[${index}]`)) }
  switch (typeof value) {
    case 'string':
      return { S: value }
    case 'number':
    case 'bigint':
      return { N: String(value) }
    case 'boolean':
      return { BOOL: value }
    case 'object':
      return { M: encodeItem(value) }
    default:
      throw noAttribute(path, typeof value)
  }
}

function encodeSet(entries: readonly unknown[], path: string): AttributeValueJson {
  if (entries.length > 0 && entries.every(entry => typeof entry === 'string')) return { SS: entries }
  if (entries.length > 0 && entries.every(entry => entry instanceof Uint8Array)) return { BS: entries }
  if (entries.length > 0 && entries.every(entry => typeof entry === 'number' || typeof entry === 'bigint'))
    return { NS: entries.map(String) }
  throw noAttribute(path, 'a set that is empty or of mixed types')
}

const noAttribute = (path: string, what: string): TypeError =>
  new TypeError(`The attribute ${path} is ${what}, which DynamoDB does not have.`)
