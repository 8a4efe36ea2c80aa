import fc from 'fast-check'
import { framesCodec } from '../../src/protocol/frame-codec.ts'
import { HelloReader } from '../../src/protocol/hello.ts'
import type { Hello, WireRecord } from '../../src/protocol/messages.ts'
import { everyField } from '../../src/protocol/record-fields.ts'

/** What came of a stream of bytes. */
export interface Outcome<M> {
  readonly hello: Hello | null
  readonly preambleSeen: boolean
  readonly messages: readonly M[]
  readonly error: unknown
  /** Whether the error came only when the end was told. */
  readonly atEnd: boolean
}

interface AnyDecoder<M> {
  push(chunk: Buffer): Iterable<M>
  end(): void
}

/** Gives the chunks to a decoder, and collects what it says until its first error. */
export function replay<M>(decoder: AnyDecoder<M>, chunks: readonly Buffer[]): Outcome<M> {
  const messages: M[] = []
  let atEnd = false
  try {
    // A copy of each: it is the decoder's from then on.
    for (const chunk of chunks) for (const message of decoder.push(Buffer.from(chunk))) messages.push(plain(message))
    atEnd = true
    decoder.end()
    return { hello: null, preambleSeen: true, messages, error: undefined, atEnd: false }
  } catch (error) {
    return { hello: null, preambleSeen: true, messages, error, atEnd }
  }
}

/** A record that lies in its frame or line shows its fields only where they are read. */
function plain<M>(message: M): M {
  if (typeof message !== 'object' || message === null || !('records' in message)) return message
  const records = message.records as readonly WireRecord[]
  return { ...message, records: records.map(everyField) }
}

/** The same for a whole connection over frames, from its preamble on. */
export function replayConnection(chunks: readonly Buffer[]) {
  const reader = new HelloReader()
  let atEnd = false
  try {
    for (const [index, chunk] of chunks.entries()) {
      const read = reader.push(chunk)
      if (read === null) continue
      const rest = [read.rest, ...chunks.slice(index + 1)]
      return { ...replay(framesCodec().decoder(), rest), hello: read.hello }
    }
    atEnd = true
    return reader.end()
  } catch (error) {
    return { hello: null, preambleSeen: reader.preambleSeen, messages: [], error, atEnd }
  }
}

/** `bytes` in chunks of one; the middle of a long stream, which has nothing but data, goes in larger ones. */
export function byteByByte(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  const single = 3000
  for (let at = 0; at < bytes.length; ) {
    const middle = at >= single && at < bytes.length - single
    const end = middle ? Math.min(at + 4099, bytes.length - single) : at + 1
    chunks.push(bytes.subarray(at, end))
    at = end
  }
  return chunks
}

/** `bytes` cut at random places, empty chunks among them. */
export function randomSplits(bytes: Buffer): fc.Arbitrary<Buffer[]> {
  return fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }).map(cuts => {
    const bounds = [0, ...cuts.sort((a, b) => a - b), bytes.length]
    return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end))
  })
}
