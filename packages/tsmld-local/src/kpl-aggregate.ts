import { createHash } from 'node:crypto'

/** One user record inside a KPL aggregate. */
export interface UserRecord {
  readonly partitionKey: string
  readonly explicitHashKey?: string
  readonly data: Uint8Array
}

// An aggregated record: this magic, a protobuf message, the MD5 of that message.
//   message AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2; repeated Record records = 3; }
//   message Record { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2; required bytes data = 3; }
const magic = Buffer.from([0xf3, 0x89, 0x9a, 0xc2])

/** Encodes user records as the data of one Kinesis record, the way the Kinesis Producer Library aggregates them. */
export function encodeAggregate(records: readonly UserRecord[]): Buffer {
  const partitionKeys = new Table()
  const hashKeys = new Table()
  const encoded = records.map(record => {
    const partitionKey = number(1, partitionKeys.index(record.partitionKey))
    const hashKey = record.explicitHashKey === undefined ? [] : [number(2, hashKeys.index(record.explicitHashKey))]
    return bytes(3, Buffer.concat([partitionKey, ...hashKey, bytes(3, record.data)]))
  })
  const keys = partitionKeys.values.map(key => bytes(1, Buffer.from(key)))
  const hashes = hashKeys.values.map(key => bytes(2, Buffer.from(key)))
  const message = Buffer.concat([...keys, ...hashes, ...encoded])
  return Buffer.concat([magic, message, createHash('md5').update(message).digest()])
}

class Table {
  readonly #indexes = new Map<string, number>()

  get values(): string[] {
    return [...this.#indexes.keys()]
  }

  index(value: string): number {
    const index = this.#indexes.get(value) ?? this.#indexes.size
    this.#indexes.set(value, index)
    return index
  }
}

function number(field: number, value: number): Buffer {
  return Buffer.from([...varint(field << 3), ...varint(value)])
}

function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(value.length)]), value])
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))]
}
