// The numbers of docs/protocol.md, `frames`.

/** The kinds of a frame, the fifth byte of its header. */
export const frameKind = {
  hello: 0x01,
  message: 0x02,
  batchStart: 0x03,
  records: 0x04,
  recordPart: 0x05,
  batchEnd: 0x06,
  refusal: 0x10,
  /** This and all above are for later versions: a receiver skips them. */
  firstSkipped: 0x80,
} as const

/** The 7 bytes every connection from the embedded daemon begins with; the version byte follows. */
export const magic: Buffer = Buffer.from('TSMLDFR', 'latin1')

/** The version of the frames that this code speaks. */
export const framesVersion = 1

/** A frame's length and kind, in bytes. */
export const frameHeaderBytes = 5

/** The greatest payload of the hello frame. */
export const helloPayloadBytes = 4096

/** A record's length field. */
export const recordLengthBytes = 4

/** A record's fixed fields after its length field. */
export const recordFixedBytes = 22

/** What a session over frames accepts, in bytes. */
export interface FrameLimits {
  /** The greatest payload of a frame. @default 1048576 */
  readonly payloadBytes: number
  /** The greatest length of one encoded record. @default 16777216 */
  readonly recordBytes: number
  /** The greatest sum of the encoded records of one batch. @default 268435456 */
  readonly batchBytes: number
}

/** The limits of docs/protocol.md. */
export const defaultFrameLimits: FrameLimits = { payloadBytes: 1 << 20, recordBytes: 16 << 20, batchBytes: 256 << 20 }

/** A frame as `0x02`, for error messages. */
export function kindName(kind: number): string {
  return `0x${kind.toString(16).padStart(2, '0')}`
}
