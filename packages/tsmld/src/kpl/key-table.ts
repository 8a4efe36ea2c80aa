import { BinaryWriter } from './protobuf-wire.ts'

/** One of an aggregate's two tables: each key is written once, and records name it by its index. */
export class KeyTable {
  readonly #indexes = new Map<string, number>()
  readonly #writer = new BinaryWriter()
  readonly #tag: number
  #bytes = 0

  /** @param tag its field in the message. */
  constructor(tag: number) {
    this.#tag = tag
  }

  /** The bytes of what {@link finish} would give. */
  get bytes(): number {
    return this.#bytes
  }

  /** The index that a key has, or would have. */
  indexOf(key: string): number {
    return this.#indexes.get(key) ?? this.#indexes.size
  }

  /** By how much {@link bytes} would grow with that key, whose index {@link indexOf} said. */
  growth(key: string, index: number): number {
    return index < this.#indexes.size ? 0 : entryBytes(key)
  }

  /** Adds a key where it is not there yet, and gives its index. */
  add(key: string): number {
    const known = this.#indexes.get(key)
    if (known !== undefined) return known
    const index = this.#indexes.size
    this.#indexes.set(key, index)
    this.#writer.uint32(this.#tag).string(key)
    this.#bytes += entryBytes(key)
    return index
  }

  /** Gives the encoded entries, and empties the table. */
  finish(): Uint8Array {
    this.#indexes.clear()
    this.#bytes = 0
    return this.#writer.finish()
  }
}

/** The bytes of a number below 2^32 as a varint. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

function entryBytes(key: string): number {
  const bytes = Buffer.byteLength(key)
  return 1 + varintBytes(bytes) + bytes
}
