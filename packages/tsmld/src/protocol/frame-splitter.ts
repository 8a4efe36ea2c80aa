import { ProtocolError } from '../errors.ts'
import { frameHeaderBytes, kindName } from './frame-layout.ts'

/** One frame; the payload is a view of the pushed chunk where the chunk holds it whole. */
export interface Frame {
  readonly kind: number
  readonly payload: Buffer
}

/** Cuts a stream of bytes into frames, whatever its chunks. It holds one unfinished frame at most, and copies a byte once at most. */
export class FrameSplitter {
  readonly #limit: number
  readonly #header = Buffer.alloc(frameHeaderBytes)
  #headerFilled = 0
  #kind = 0
  /** Null while the header is being read. */
  #payload: Buffer | null = null
  #filled = 0

  /** @param payloadBytes The greatest payload accepted. */
  constructor(payloadBytes: number) {
    this.#limit = payloadBytes
  }

  /** The frames that `chunk` completes; iterate to the end before the next push. @throws ProtocolError on a frame over the limit. */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    let at = 0
    while (at < chunk.length) {
      if (this.#payload === null) {
        at += this.#readHeader(chunk, at)
        if (this.#headerFilled < frameHeaderBytes) return
        const length = this.#length()
        if (chunk.length - at >= length) {
          this.#headerFilled = 0
          at += length
          yield { kind: this.#kind, payload: chunk.subarray(at - length, at) }
          continue
        }
        this.#payload = Buffer.allocUnsafeSlow(length)
        this.#filled = 0
      }
      const payload: Buffer = this.#payload
      const copied = chunk.copy(payload, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled < payload.length) return
      this.#payload = null
      this.#headerFilled = 0
      yield { kind: this.#kind, payload }
    }
  }

  /** @throws ProtocolError when the stream ended inside a frame. */
  end(): void {
    if (this.#payload !== null)
      throw new ProtocolError(
        `the connection ended inside a frame: ${this.#filled} of ${this.#payload.length} bytes came`,
      )
    if (this.#headerFilled > 0) throw new ProtocolError("the connection ended inside a frame's header")
  }

  #readHeader(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.#header, this.#headerFilled, at)
    this.#headerFilled += copied
    return copied
  }

  #length(): number {
    const length = this.#header.readUInt32BE(0)
    this.#kind = this.#header[4] ?? 0
    if (length > this.#limit)
      throw new ProtocolError(
        `a frame of kind ${kindName(this.#kind)} has ${length} bytes, over the limit of ${this.#limit}`,
      )
    return length
  }
}
