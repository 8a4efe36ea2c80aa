import { ProtocolError } from '../errors.ts'
import { frameHeaderBytes, kindName } from './frame-layout.ts'

/** One frame, or a piece of one; the payload is a view of the pushed chunk where the chunk holds it whole. */
export interface Frame {
  readonly kind: number
  readonly payload: Buffer
  /** How many bytes of the payload the pieces after this one bring: 0 but for a kind that is given in pieces. */
  readonly left: number
}

/** Cuts a stream of bytes into frames, whatever its chunks. It holds one unfinished frame at most, and copies a byte once at most. */
export class FrameSplitter {
  readonly #limit: number
  readonly #kindInPieces: number | null
  readonly #header = Buffer.alloc(frameHeaderBytes)
  #headerFilled = 0
  #kind = 0
  /** How many bytes of the payload have not come, once the header is filled. */
  #left = 0
  /** What has come of a payload that its first chunk did not hold whole. */
  #payload: Buffer | null = null

  /**
   * @param payloadBytes The greatest payload accepted.
   * @param kindInPieces Frames of this kind are not put together: each chunk's piece of one is given when it comes, as a view.
   */
  constructor(payloadBytes: number, kindInPieces: number | null = null) {
    this.#limit = payloadBytes
    this.#kindInPieces = kindInPieces
  }

  /** The frames that `chunk` completes; iterate to the end before the next push. @throws ProtocolError on a frame over the limit. */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    let at = 0
    while (at < chunk.length) {
      if (this.#headerFilled < frameHeaderBytes) {
        at += this.#readHeader(chunk, at)
        if (this.#headerFilled < frameHeaderBytes) return
        this.#left = this.#length()
      }
      const piece = chunk.subarray(at, at + this.#left)
      at += piece.length
      this.#left -= piece.length
      const payload = this.#kind === this.#kindInPieces ? piece : this.#whole(piece)
      if (this.#left === 0) this.#headerFilled = 0
      if (payload !== null) yield { kind: this.#kind, payload, left: this.#left }
    }
  }

  /** @throws ProtocolError when the stream ended inside a frame. */
  end(): void {
    if (this.#headerFilled === frameHeaderBytes) {
      const length = this.#header.readUInt32BE(0)
      throw new ProtocolError(`the connection ended inside a frame: ${length - this.#left} of ${length} bytes came`)
    }
    if (this.#headerFilled > 0) throw new ProtocolError("the connection ended inside a frame's header")
  }

  /** The payload that ends with `piece`; null while bytes are left. */
  #whole(piece: Buffer): Buffer | null {
    if (this.#payload === null) {
      if (this.#left === 0) return piece
      this.#payload = Buffer.allocUnsafeSlow(piece.length + this.#left)
    }
    const payload = this.#payload
    piece.copy(payload, payload.length - this.#left - piece.length)
    if (this.#left > 0) return null
    this.#payload = null
    return payload
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
