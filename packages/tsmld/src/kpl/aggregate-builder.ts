import { constants, deflateSync } from 'node:zlib'
import { type AggregateFormat, digestBytes, magicBytes, magicOf, md5, tag } from './aggregate-format.ts'
import { KeyTable, varintBytes } from './key-table.ts'
import { BinaryWriter } from './protobuf-wire.ts'
import type { UserRecord } from './user-record.ts'

/** Encodes user records as they come, with an exact account of the outcome's size. */
export class AggregateBuilder {
  readonly #format: AggregateFormat
  readonly #partitionKeys = new KeyTable(tag.partitionKey)
  readonly #explicitHashKeys = new KeyTable(tag.explicitHashKey)
  readonly #records = new BinaryWriter()
  #recordsBytes = 0

  constructor(format: AggregateFormat) {
    this.#format = format
  }

  /** The bytes of what {@link finish} would give; of `erlmld-zlib` the most that they can be. */
  get bytes(): number {
    return this.#sizeOf(this.#messageBytes)
  }

  /** What {@link bytes} would be with that record added. */
  bytesWith({ partitionKey, explicitHashKey, data }: UserRecord): number {
    const index = this.#partitionKeys.indexOf(partitionKey)
    let tables = this.#partitionKeys.growth(partitionKey, index)
    let record = recordBytes(index, data.length)
    if (explicitHashKey !== undefined && explicitHashKey !== null) {
      const hashIndex = this.#explicitHashKeys.indexOf(explicitHashKey)
      tables += this.#explicitHashKeys.growth(explicitHashKey, hashIndex)
      record += 1 + varintBytes(hashIndex)
    }
    return this.#sizeOf(this.#messageBytes + tables + 1 + varintBytes(record) + record)
  }

  /** Adds a record; its data is copied. */
  add({ partitionKey, explicitHashKey, data }: UserRecord): void {
    const index = this.#partitionKeys.add(partitionKey)
    const hashIndex =
      explicitHashKey === undefined || explicitHashKey === null ? null : this.#explicitHashKeys.add(explicitHashKey)
    let bytes = recordBytes(index, data.length)
    if (hashIndex !== null) bytes += 1 + varintBytes(hashIndex)
    const writer = this.#records.uint32(tag.record).uint32(bytes).uint32(tag.partitionKeyIndex).uint32(index)
    if (hashIndex !== null) writer.uint32(tag.explicitHashKeyIndex).uint32(hashIndex)
    writer.uint32(tag.data).bytes(data)
    this.#recordsBytes += 1 + varintBytes(bytes) + bytes
  }

  /** Gives the aggregate, and begins the next. */
  finish(): Buffer {
    const parts = [this.#partitionKeys.finish(), this.#explicitHashKeys.finish(), this.#records.finish()]
    this.#recordsBytes = 0
    const magic = magicOf(this.#format)
    const message = Buffer.concat(parts)
    const digest = md5(message)
    if (this.#format === 'erlmld-zlib')
      return Buffer.concat([magic, deflateSync(Buffer.concat([message, digest]), deflateOptions)])
    return Buffer.concat([magic, message, digest])
  }

  get #messageBytes(): number {
    return this.#partitionKeys.bytes + this.#explicitHashKeys.bytes + this.#recordsBytes
  }

  #sizeOf(message: number): number {
    const content = message + digestBytes
    return magicBytes + (this.#format === 'erlmld-zlib' ? deflateBound(content) : content)
  }
}

const deflateOptions = { level: constants.Z_DEFAULT_COMPRESSION }

/** What a record encodes to without its tag and length, and without an explicit hash key. */
const recordBytes = (partitionKeyIndex: number, data: number): number =>
  1 + varintBytes(partitionKeyIndex) + 1 + varintBytes(data) + data

/** The most that zlib makes of so many bytes, as its `compressBound` says. */
const deflateBound = (bytes: number): number => bytes + (bytes >>> 12) + (bytes >>> 14) + (bytes >>> 25) + 13
