import { ProtocolError } from '../errors.ts'
import { encodeJsonFrame } from './frame-encoder.ts'
import { frameHeaderBytes, frameKind, framesVersion, helloPayloadBytes, kindName, magic } from './frame-layout.ts'
import { type JsonObject, parseJsonObject } from './json-fields.ts'
import type { Hello, RecordFormat } from './messages.ts'

/** The hello, and the bytes of the last chunk that come after it. */
export interface HelloRead {
  readonly hello: Hello
  readonly rest: Buffer
}

const recordFormats: readonly RecordFormat[] = ['kinesis', 'dynamodb-json', 'dynamodb-binary']
const preambleBytes = magic.length + 1
const payloadStart = preambleBytes + frameHeaderBytes

/** Reads a connection's preamble and hello frame from chunks of any size, and keeps 4,109 bytes at most. Its errors quote nothing: the token is in it. */
export class HelloReader {
  /** Grows when the preamble and the header are right, so that a flood of connections costs little. */
  #bytes: Buffer = Buffer.alloc(payloadStart)
  #filled = 0

  /** Whether the magic came, of whatever version: a refusal will be understood. */
  get preambleSeen(): boolean {
    return this.#bytes.subarray(0, magic.length).equals(magic)
  }

  /** Takes a chunk; gives the hello when it is whole, else null. Not to be called again after that. @throws ProtocolError */
  push(chunk: Buffer): HelloRead | null {
    let at = this.#fill(chunk, 0)
    this.#checkPreamble()
    if (this.#filled < payloadStart) return null
    const end = this.#end()
    if (this.#bytes.length < end) this.#bytes = Buffer.concat([this.#bytes], end)
    at += this.#fill(chunk, at)
    if (this.#filled < end) return null
    return { hello: helloFromJson(parseHello(this.#bytes.subarray(payloadStart))), rest: chunk.subarray(at) }
  }

  /** Says that the connection has ended. @throws ProtocolError always: the hello is not whole. */
  end(): never {
    throw new ProtocolError(`the connection ended before its hello: ${this.#filled} bytes came`)
  }

  #fill(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#bytes, this.#filled, at)
    this.#filled += copied
    return copied
  }

  #checkPreamble(): void {
    const seen = Math.min(this.#filled, magic.length)
    if (!this.#bytes.subarray(0, seen).equals(magic.subarray(0, seen)))
      throw new ProtocolError('the connection does not begin with the preamble of tsmld frames')
    const version = this.#bytes[magic.length]
    if (this.#filled >= preambleBytes && version !== framesVersion)
      throw new ProtocolError(
        `the daemon speaks version ${version} of the frames, this side version ${framesVersion}: install the same version of both`,
      )
  }

  #end(): number {
    const length = this.#bytes.readUInt32BE(preambleBytes)
    const kind = this.#bytes.readUInt8(preambleBytes + 4)
    if (kind !== frameKind.hello) throw new ProtocolError(`the first frame is of kind ${kindName(kind)}, not a hello`)
    if (length > helloPayloadBytes)
      throw new ProtocolError(`a hello of ${length} bytes, over the limit of ${helloPayloadBytes}`)
    return payloadStart + length
  }
}

function parseHello(payload: Buffer): JsonObject {
  try {
    return parseJsonObject(payload)
  } catch {
    throw new ProtocolError('the hello is not a JSON object in UTF-8')
  }
}

function helloFromJson(object: JsonObject): Hello {
  const recordFormat = recordFormats.find(format => format === object['recordFormat'])
  if (recordFormat === undefined) throw new ProtocolError('the hello has no known recordFormat')
  return {
    token: helloText(object, 'token'),
    stream: helloText(object, 'stream'),
    shardId: helloText(object, 'shardId'),
    leaseId: helloText(object, 'leaseId'),
    recordFormat,
    ...helloTime(object['openedAt']),
  }
}

function helloTime(openedAt: unknown): { openedAt?: number } {
  if (openedAt === undefined) return {}
  if (!Number.isSafeInteger(openedAt)) throw new ProtocolError('the hello has an openedAt that is no whole number')
  return { openedAt: openedAt as number }
}

function helloText(object: JsonObject, name: string): string {
  const value = object[name]
  if (typeof value !== 'string' || value === '') throw new ProtocolError(`the hello has no ${name}`)
  return value
}

/** Writes the frame with which Node refuses a connection, and after which it closes; the reason is shown in the daemon's log. */
export function encodeRefusal(reason: string): Buffer {
  return encodeJsonFrame(frameKind.refusal, { reason })
}
