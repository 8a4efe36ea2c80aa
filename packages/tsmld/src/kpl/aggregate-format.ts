// An aggregate is the data of one Kinesis record that holds several user records. Its first 4 bytes are its magic.
//   standard      F3 89 9A C2 · message · MD5 of the message (16 bytes)
//   erlmld        00 89 9A C2 · message · MD5 of the message
//   erlmld-zlib   01 89 9A C2 · zlib (RFC 1950) of: message · MD5 of the message
// The message is protobuf, of the KPL's schema (proto2):
//   message AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2; repeated Record records = 3; }
//   message Record { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2; required bytes data = 3; repeated Tag tags = 4; }
//   message Tag { required string key = 1; optional string value = 2; }
import { createHash } from 'node:crypto'

/** How user records are put together; see docs/kpl.md. */
export type AggregateFormat = 'standard' | 'erlmld' | 'erlmld-zlib'

const magics: Readonly<Record<AggregateFormat, Buffer>> = {
  standard: Buffer.from('f3899ac2', 'hex'),
  erlmld: Buffer.from('00899ac2', 'hex'),
  'erlmld-zlib': Buffer.from('01899ac2', 'hex'),
}

/** The bytes of a magic. */
export const magicBytes = 4

/** The bytes of an MD5. */
export const digestBytes = 16

/** The tags of the schema's fields: field number and wire type (0 varint, 2 length-delimited). */
export const tag = {
  partitionKey: (1 << 3) | 2,
  explicitHashKey: (2 << 3) | 2,
  record: (3 << 3) | 2,
  partitionKeyIndex: 1 << 3,
  explicitHashKeyIndex: 2 << 3,
  data: (3 << 3) | 2,
  recordTag: (4 << 3) | 2,
  tagKey: (1 << 3) | 2,
  tagValue: (2 << 3) | 2,
} as const

/** The magic of a format. */
export const magicOf = (format: AggregateFormat): Buffer => magics[format]

/** Every format by its name. */
export const aggregateFormats = Object.keys(magics) as readonly AggregateFormat[]

/** The format that the first bytes say; null for what is no aggregate. */
export function formatOf(data: Uint8Array): AggregateFormat | null {
  // The second byte of all three: a plain record is told at once.
  if (data[1] !== 0x89 || data[2] !== 0x9a || data[3] !== 0xc2) return null
  return aggregateFormats.find(format => magics[format][0] === data[0]) ?? null
}

/** The MD5 of bytes. */
export const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest()
