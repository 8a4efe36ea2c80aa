import { jsonLinesCodec } from '../../packages/tsmld/src/protocol/json-lines-codec.ts'
import { lines as structure } from '../mutate/lines.ts'
import { claim, type Target } from '../target.ts'
import { withinMemory } from './allocations.ts'
import { cutUp } from './chunks.ts'
import { claimSame, type Decoded, decode } from './decoded.ts'
import { recordedLines } from './recordings.ts'

const lineBytes = 4_096
const head = '{"action":"processRecords","records":['

/** The codec of AWS's daemons. */
export const jsonLines: Target = {
  name: 'json-lines',
  weight: 14,
  seeds: () => recordedLines().map(said => Buffer.concat(said)),
  structure,
  run: input => {
    const whole = read([input])
    claimSame(whole, read(cutUp(input)))
    claimScannedAsParsed(input, whole)
  },
}

function read(chunks: readonly Buffer[], limit = lineBytes): Decoded {
  const greatestChunk = Math.max(0, ...chunks.map(chunk => chunk.length))
  // A buffer doubles as a line grows, and the chunk that makes it too long is in it already.
  const memory = 2 * (Math.max(limit, lineBytes) + greatestChunk)
  return withinMemory(memory, () => decode(jsonLinesCodec({ lineBytes: limit }).decoder(), chunks))
}

/** The records that are scanned as they come are those that JSON.parse finds in the same line, which a blank makes it read. */
function claimScannedAsParsed(input: Buffer, scanned: Decoded): void {
  const text = input.toString('latin1')
  // A line that names its records twice is the one that may be refused though JSON.parse takes it.
  if (!text.includes(head) || scanned.error?.includes('a line of more than') === true) return
  if (text.split('\n').some(line => line.split('"records"').length > 2 || line.includes('\\u'))) return
  const parsed = read([Buffer.from(text.replaceAll(head, head.replace('{', '{ ')), 'latin1')], 2 * input.length + 100)
  const limited = Math.min(scanned.messages.length, parsed.messages.length)
  claim(
    scanned.messages.slice(0, limited).join('\n') === parsed.messages.slice(0, limited).join('\n') &&
      scanned.messages.length === parsed.messages.length &&
      (scanned.error === null) === (parsed.error === null),
    () =>
      `scanned it is ${scanned.messages.join(' | ').slice(0, 300)} and ${scanned.error ?? 'no error'}, parsed ` +
      `${parsed.messages.join(' | ').slice(0, 300)} and ${parsed.error ?? 'no error'}`,
  )
}
