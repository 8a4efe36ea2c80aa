import { tag } from './aggregate-format.ts'
import { BinaryReader, WireType } from './protobuf-wire.ts'

/** Where a record's parts are. */
interface RecordParts {
  partitionKeyIndex: number
  /** −1 where it has none. */
  explicitHashKeyIndex: number
  dataStart: number
  dataEnd: number
}

/** The message of an aggregate, checked whole before its first record is given: {@link next} cannot fail. */
export class AggregateMessage {
  readonly #bytes: Buffer
  readonly #reader: BinaryReader
  readonly #partitionKeys: string[] = []
  readonly #explicitHashKeys: string[] = []
  readonly #parts: RecordParts = { partitionKeyIndex: -1, explicitHashKeyIndex: -1, dataStart: 0, dataEnd: 0 }

  /** @throws Error, of any class, where the bytes are no message of the schema or an index points beside its table. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#reader = new BinaryReader(bytes)
    this.#check()
    this.rewind()
  }

  get partitionKey(): string {
    return this.#partitionKeys[this.#parts.partitionKeyIndex] as string
  }

  get explicitHashKey(): string | null {
    return this.#explicitHashKeys[this.#parts.explicitHashKeyIndex] ?? null
  }

  /** A view into the message. */
  get data(): Buffer {
    return this.#bytes.subarray(this.#parts.dataStart, this.#parts.dataEnd)
  }

  /** Goes to the next record; false after the last. */
  next(): boolean {
    const reader = this.#reader
    while (reader.pos < reader.len) {
      const at = reader.pos
      if (reader.uint32() === tag.record) {
        readRecord(reader, this.#parts)
        return true
      }
      skip(reader, at)
    }
    return false
  }

  /** Goes back before the first record. */
  rewind(): void {
    this.#reader.pos = 0
  }

  // Decoding twice is what makes the check need no memory but the tables', however many records there are; tables may also follow the records.
  #check(): void {
    const reader = this.#reader
    let partitionKeys = 0
    let explicitHashKeys = 0
    while (reader.pos < reader.len) {
      const at = reader.pos
      switch (reader.uint32()) {
        case tag.partitionKey:
          this.#partitionKeys.push(reader.string())
          break
        case tag.explicitHashKey:
          this.#explicitHashKeys.push(reader.string())
          break
        case tag.record:
          readRecord(reader, this.#parts)
          partitionKeys = Math.max(partitionKeys, this.#parts.partitionKeyIndex + 1)
          explicitHashKeys = Math.max(explicitHashKeys, this.#parts.explicitHashKeyIndex + 1)
          break
        default:
          skip(reader, at)
      }
    }
    if (reader.pos !== reader.len) throw new Error('a field goes beyond the end')
    if (partitionKeys > this.#partitionKeys.length || explicitHashKeys > this.#explicitHashKeys.length)
      throw new Error('a record names a key that its table has not got')
  }
}

/** Reads a record, from its length on. */
function readRecord(reader: BinaryReader, parts: RecordParts): void {
  const length = reader.uint32()
  const end = reader.pos + length
  parts.partitionKeyIndex = -1
  parts.explicitHashKeyIndex = -1
  parts.dataStart = -1
  while (reader.pos < end) {
    const at = reader.pos
    switch (reader.uint32()) {
      case tag.partitionKeyIndex:
        parts.partitionKeyIndex = readIndex(reader)
        break
      case tag.explicitHashKeyIndex:
        parts.explicitHashKeyIndex = readIndex(reader)
        break
      case tag.data: {
        const bytes = reader.uint32()
        parts.dataStart = reader.pos
        parts.dataEnd = parts.dataStart + bytes
        reader.pos = parts.dataEnd
        break
      }
      case tag.recordTag:
        readTag(reader)
        break
      default:
        skip(reader, at)
    }
  }
  if (reader.pos !== end) throw new Error('a field goes beyond its record')
  if (parts.partitionKeyIndex < 0 || parts.dataStart < 0) throw new Error('a record has no partition key or no data')
}

/** Reads 64 bits; what is beyond 32 is no index of any table, but must not be cut to one. */
function readIndex(reader: BinaryReader): number {
  const at = reader.pos
  const index = reader.uint32()
  if (reader.pos - at < 5) return index
  reader.pos = at
  return Number(reader.uint64())
}

/** Tags are written by no producer and given by no consumer, but a wrong one is a wrong record. */
function readTag(reader: BinaryReader): void {
  const end = reader.uint32() + reader.pos
  let hasKey = false
  while (reader.pos < end) {
    const at = reader.pos
    hasKey ||= reader.uint32() === tag.tagKey
    skip(reader, at)
  }
  if (reader.pos !== end || !hasKey) throw new Error('a record has a malformed tag')
}

/** Skips the field whose tag is there. */
function skip(reader: BinaryReader, at: number): void {
  reader.pos = at
  const [field, wireType] = reader.tag()
  // The library's skip takes a varint of any length.
  if (wireType === WireType.Varint) reader.uint64()
  else reader.skip(wireType, field)
}
