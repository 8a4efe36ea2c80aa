import { createHash } from 'node:crypto'
import { deaggregate, MalformedAggregateError } from '../../packages/tsmld/src/kpl/index.ts'
import { plainBytes } from '../mutate/structure.ts'
import { claim, type Target } from '../target.ts'
import { aggregates } from './recordings.ts'

const magicBytes = 4
const digestBytes = 16
const maxInflatedBytes = 64 * 1_024

/** The deaggregator: of an aggregate all user records are given, or none. */
export const kpl: Target = {
  name: 'kpl',
  weight: 8,
  seeds: aggregates,
  structure: {
    ...plainBytes,
    repair: withDigest,
    tokens: ['0a00', '1a00', '08', '10ff01', '1a0408001200'].map(fromHex),
  },
  run: input => {
    const record = { sequenceNumber: '1', data: input }
    const plain = [...deaggregate(record, { maxInflatedBytes })]
    claim(plain.length === 0 || plain[0]?.subSequenceNumber === 0, 'the first user record is not the first')
    let given = 0
    try {
      for (const { subSequenceNumber } of deaggregate(record, { malformed: 'refuse', maxInflatedBytes })) {
        claim(subSequenceNumber === given, 'user records out of order')
        given++
      }
      claim(given === plain.length, 'not the same user records')
    } catch (error) {
      if (!(error instanceof MalformedAggregateError)) throw error
      claim(given === 0, 'a part of a malformed aggregate was given')
      claim(plain[0]?.data.equals(input) === true, 'a malformed aggregate is not passed on as it is')
    }
  },
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

/** Without the right digest nothing behind it would be looked at. */
function withDigest(units: Buffer[]): Buffer[] {
  const input = Buffer.concat(units)
  if (input.length < magicBytes + digestBytes) return units
  const content = input.subarray(magicBytes, -digestBytes)
  return [input.subarray(0, magicBytes), content, createHash('md5').update(content).digest()]
}
