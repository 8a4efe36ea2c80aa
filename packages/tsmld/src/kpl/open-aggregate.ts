import { inflateSync } from 'node:zlib'
import { digestBytes, formatOf, magicBytes, md5 } from './aggregate-format.ts'
import { AggregateMessage } from './aggregate-message.ts'

/** What a record's data is: no aggregate, one with its magic that is none, or one that can be taken apart to its end. */
export type OpenedAggregate =
  | { readonly kind: 'plain' }
  | { readonly kind: 'malformed'; readonly reason: string; readonly cause?: unknown }
  | { readonly kind: 'aggregate'; readonly message: AggregateMessage }

const plain: OpenedAggregate = { kind: 'plain' }

/** Tells an aggregate by its magic and checks it: checksum, message, indexes. */
export function openAggregate(data: Uint8Array, maxInflatedBytes: number): OpenedAggregate {
  const format = formatOf(data)
  if (format === null) return plain
  const bytes = toBuffer(data).subarray(magicBytes)
  const content = format === 'erlmld-zlib' ? inflate(bytes, maxInflatedBytes) : bytes
  if (!(content instanceof Uint8Array)) return content
  if (content.length <= digestBytes) return malformed('it is too short')
  const message = content.subarray(0, -digestBytes)
  if (!md5(message).equals(content.subarray(-digestBytes))) return malformed('its MD5 is not that of its content')
  try {
    return { kind: 'aggregate', message: new AggregateMessage(message) }
  } catch (error) {
    return malformed('its content is not of the schema', error)
  }
}

function inflate(bytes: Buffer, maxOutputLength: number): Buffer | OpenedAggregate {
  try {
    // With info, because bytes behind the compressed ones are passed over in silence.
    const { buffer, engine } = inflateSync(bytes, { maxOutputLength, info: true }) as unknown as Inflated
    return engine.bytesWritten === bytes.length ? buffer : malformed('bytes follow its compressed content')
  } catch (error) {
    return isTooLarge(error)
      ? malformed(`its content has more bytes than maxInflatedBytes, which is ${maxOutputLength}`, error)
      : malformed('its content cannot be inflated', error)
  }
}

/** What `info` makes of the result, which @types/node does not say. */
interface Inflated {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'

const malformed = (reason: string, cause?: unknown): OpenedAggregate =>
  cause instanceof Error
    ? { kind: 'malformed', reason: `${reason} (${cause.message})`, cause }
    : { kind: 'malformed', reason }

/** The same bytes as a Buffer. */
export const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
