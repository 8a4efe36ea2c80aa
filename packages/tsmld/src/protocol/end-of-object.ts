const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/** Where the JSON object ends that begins at `start`, or -1 where `bytes` end before; a malformed one ends anywhere. */
export function endOfObject(bytes: Buffer, start: number): number {
  let depth = 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      at = closingQuote(bytes, at + 1)
      if (at === -1) return -1
    } else if (byte === openBrace || byte === openBracket) depth++
    else if (byte === closeBrace || byte === closeBracket) {
      depth--
      if (depth === 0) return at + 1
    }
  }
  return -1
}

function closingQuote(bytes: Buffer, start: number): number {
  let at = bytes.indexOf(quote, start)
  while (at !== -1 && isEscaped(bytes, start, at)) at = bytes.indexOf(quote, at + 1)
  return at
}

function isEscaped(bytes: Buffer, start: number, at: number): boolean {
  let before = at
  while (before > start && bytes[before - 1] === backslash) before--
  return (at - before) % 2 === 1
}
