import type { Random } from '../engine/random.ts'

const oddBytes = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xc3, 0xff]
const oddNumbers = [0, 1, 21, 22, 0x7f, 0x80, 0xff, 0x100, 4095, 4096, 4097, 0xffff, 0x100000, 0x7fffffff, 0xffffffff]
/** Characters of two to four bytes, whole and cut off, an overlong form and a surrogate. */
const oddTexts = ['c3a4', 'c3', 'e282ac', 'e282', 'f09f9982', 'f09f99', 'c080', 'eda080', 'efbbbf'].map(hex =>
  Buffer.from(hex, 'hex'),
)
const greatestRepeat = 2_000

/** Changes bytes without knowing what they mean. */
export function changeBytes(bytes: Buffer, random: Random, tokens: readonly Buffer[]): Buffer {
  const at = random.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + random.below(random.once(4) ? bytes.length : 8))
  switch (random.below(11)) {
    case 0:
      return withByte(bytes, random, (byte, choices) => byte ^ (1 << choices.below(8)))
    case 1:
      return withByte(bytes, random, (_, choices) => choices.pick(oddBytes))
    case 2:
      return withByte(bytes, random, (_, choices) => choices.below(256))
    case 3:
      return splice(bytes, at, end)
    case 4:
      return splice(bytes, at, at, bytes.subarray(at, end))
    case 5:
      return bytes.subarray(0, at)
    case 6:
      return splice(bytes, at, at, random.pick(oddTexts))
    case 7:
      return splice(bytes, at, random.once(2) ? at : at + 4, bigEndian(random))
    case 8:
      return tokens.length === 0 ? bytes : splice(bytes, at, random.once(2) ? at : end, random.pick(tokens))
    case 9:
      return splice(bytes, at, at, Buffer.of(random.pick(oddBytes)))
    default:
      return random.once(8) ? splice(bytes, at, at, repeated(bytes.subarray(at, end), random)) : splice(bytes, at, end)
  }
}

/** `bytes` with those from `start` to `end` replaced. */
export function splice(bytes: Buffer, start: number, end: number, ...middle: Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, start), ...middle, bytes.subarray(end)])
}

function withByte(bytes: Buffer, random: Random, change: (byte: number, random: Random) => number): Buffer {
  if (bytes.length === 0) return bytes
  const changed = Buffer.from(bytes)
  const at = random.below(bytes.length)
  changed[at] = change(changed[at] as number, random)
  return changed
}

function bigEndian(random: Random): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(random.once(3) ? random.below(200) : random.pick(oddNumbers))
  return number
}

function repeated(bytes: Buffer, random: Random): Buffer {
  const times = random.below(greatestRepeat / Math.max(1, bytes.length)) + 1
  return Buffer.concat(Array.from({ length: times }, () => bytes))
}
