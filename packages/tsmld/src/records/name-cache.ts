/*
 * Attribute names repeat from record to record, and making a string of bytes costs more than all else about a small attribute. A table of fixed size keeps the
 * last name of each hash; a name is compared before it is taken, so that a wrong guess costs time only.
 */

const slots = 1_024
const greatestCachedBytes = 48

const names: (string | undefined)[] = new Array<string | undefined>(slots).fill(undefined)

/** The attribute name that these bytes spell; undefined where it is long or not ASCII, which is left to the caller. */
export function nameAt(bytes: Buffer, start: number, end: number): string | undefined {
  const length = end - start
  if (length > greatestCachedBytes) return undefined
  let hash = length
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte > 0x7f) return undefined
    hash = (Math.imul(hash, 31) + byte) | 0
  }
  const slot = (hash ^ (hash >>> 15)) & (slots - 1)
  const known = names[slot]
  if (known !== undefined && spells(known, bytes, start, length)) return known
  const name = bytes.toString('latin1', start, end)
  names[slot] = name
  return name
}

function spells(name: string, bytes: Buffer, start: number, length: number): boolean {
  if (name.length !== length) return false
  for (let index = 0; index < length; index++) if (name.charCodeAt(index) !== bytes[start + index]) return false
  return true
}
