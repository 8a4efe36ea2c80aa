import type { Position } from './record.ts'

/** What may stand where a sequence number is expected; the first three only before the first checkpoint. */
export type Sentinel = 'AT_TIMESTAMP' | 'TRIM_HORIZON' | 'LATEST' | 'SHARD_END'

/** As the KCL's ExtendedSequenceNumber orders them: the first three before every number, in this order, `SHARD_END` after. */
const ranks: Readonly<Record<Sentinel, number>> = { AT_TIMESTAMP: 0, TRIM_HORIZON: 1, LATEST: 2, SHARD_END: 4 }
const numberRank = 3

/** Whether a sequence number is a sentinel rather than digits. */
export function isSentinel(sequenceNumber: string): sequenceNumber is Sentinel {
  return Object.hasOwn(ranks, sequenceNumber)
}

/** Whether a text is a sequence number or a sentinel: what the wire may hold. */
export function isSequenceNumber(text: string): boolean {
  return /^[0-9]+$/.test(text) || isSentinel(text)
}

/**
 * Compares two sequence numbers by value: negative, 0 or positive as `a` is before, at or after `b`.
 * @throws SyntaxError on a text that is neither digits nor a sentinel.
 */
export function compareSequenceNumbers(a: string, b: string): number {
  if (a === b) return 0
  const rankA = isSentinel(a) ? ranks[a] : numberRank
  const rankB = isSentinel(b) ? ranks[b] : numberRank
  if (rankA !== numberRank || rankB !== numberRank) return rankA - rankB
  const left = BigInt(a)
  const right = BigInt(b)
  return left < right ? -1 : left > right ? 1 : 0
}

/** Compares two positions: sequence numbers first, then the places inside one KPL aggregate. */
export function comparePositions(a: Position, b: Position): number {
  return compareSequenceNumbers(a.sequenceNumber, b.sequenceNumber) || a.subSequenceNumber - b.subSequenceNumber
}
