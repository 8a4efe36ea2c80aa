import { hashOf, Random } from '../engine/random.ts'

const greatestByteByByte = 400
const decidingBytes = 256

/** Cuts an input at places, and sometimes byte by byte, as its bytes decide, so that an input is the same test again. */
export function cutUp(input: Buffer): readonly Buffer[] {
  const random = new Random(hashOf(input.subarray(0, decidingBytes)) ^ input.length)
  // Costs more than all the rest.
  const all = input.length <= greatestByteByByte && (random.once(6) || input.length < greatestByteByByte / 8)
  return all ? byteByByte(input) : randomly(input, random, random.pick([1, 2, 12]))
}

function byteByByte(input: Buffer): Buffer[] {
  return Array.from(input, (_, at) => input.subarray(at, at + 1))
}

/** At most `most` cuts, some of which may be at one place: chunks may be empty. */
function randomly(input: Buffer, random: Random, most: number): Buffer[] {
  const cuts = Array.from({ length: 1 + random.below(most) }, () => random.below(input.length + 1))
  const bounds = [0, ...cuts.sort((one, other) => one - other), input.length]
  return bounds.slice(1).map((end, index) => input.subarray(bounds[index], end))
}
