import { ProtocolError } from '../../packages/tsmld/src/errors.ts'
import type { Decoder } from '../../packages/tsmld/src/protocol/codec.ts'
import type { DaemonMessage, WireRecord } from '../../packages/tsmld/src/protocol/messages.ts'
import { claim } from '../target.ts'

/** What came of a stream of bytes. */
export interface Decoded {
  /** Each message in full, as a text. */
  readonly messages: readonly string[]
  /** What the decoder said against the bytes; null where it took them. */
  readonly error: string | null
}

/** Gives chunks to a decoder until its first error. @throws Finding where it throws anything but a ProtocolError, or changes what it gave. */
export function decode(decoder: Decoder, chunks: readonly Buffer[]): Decoded {
  const given: DaemonMessage[] = []
  const messages: string[] = []
  let error: string | null = null
  try {
    for (const chunk of chunks) {
      // A copy: a chunk is the decoder's from then on.
      for (const message of decoder.push(Buffer.from(chunk))) {
        given.push(message)
        messages.push(textOf(message))
      }
    }
    decoder.end()
  } catch (thrown) {
    if (!(thrown instanceof ProtocolError)) throw thrown
    error = thrown.message
  }
  given.forEach((message, index) => {
    if (message.kind === 'processRecords')
      claim(textOf(message) === messages[index], 'a message that was given changed when more bytes came')
  })
  return { messages, error }
}

/** Claims that bytes mean the same however they are cut. @throws Finding */
export function claimSame(whole: Decoded, cut: Decoded): void {
  claim(
    whole.messages.length === cut.messages.length && whole.messages.every((text, at) => text === cut.messages[at]),
    () => `cut up it is ${show(cut)}, whole it is ${show(whole)}`,
  )
  claim((whole.error === null) === (cut.error === null), () => `cut up it is ${show(cut)}, whole it is ${show(whole)}`)
}

const show = ({ messages, error }: Decoded): string =>
  `[${messages.map(text => text.slice(0, 200)).join(' | ')}] and ${error ?? 'no error'}`

/** A message in full. */
export function textOf(message: DaemonMessage): string {
  if (message.kind !== 'processRecords') return JSON.stringify(message)
  const { records, millisBehindLatest, atShardEnd } = message
  return `processRecords ${String(millisBehindLatest)} ${atShardEnd} ${records.map(textOfRecord).join()}`
}

/** Every field of a record. */
export function textOfRecord(record: WireRecord): string {
  const { sequenceNumber, subSequenceNumber, partitionKey, explicitHashKey, encryptionType, aggregated, data } = record
  const time = record.approximateArrivalTimestamp?.getTime() ?? null
  return (
    `${sequenceNumber}/${subSequenceNumber}/${JSON.stringify(partitionKey)}/${String(explicitHashKey)}/${String(time)}/` +
    `${String(encryptionType)}/${String(aggregated)}/${data.toString('latin1')}`
  )
}
