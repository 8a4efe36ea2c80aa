import type { KinesisRecord } from 'tsmld'
import { encodeDynamodbRecord } from './internals.ts'

type AttributeValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Kinesis records as the driver makes them (`KinesisBatches.java`). */
export function kinesisSample(count: number, bytes: number): KinesisRecord[] {
  return sample(count, () => Buffer.alloc(bytes, 'tsmld '))
}

/** Changes of items of about `imageBytes`, both images, as the adapter writes them (`DynamodbBatches.java`). */
export function dynamodbJsonSample(count: number, imageBytes: number): KinesisRecord[] {
  return sample(count, n => Buffer.from(JSON.stringify(change(n, imageBytes))))
}

/** The same in the daemon's binary form. */
export function dynamodbBinarySample(count: number, imageBytes: number): KinesisRecord[] {
  return sample(count, n => encodeDynamodbRecord(change(n, imageBytes)))
}

function sample(count: number, data: (n: number) => Buffer): KinesisRecord[] {
  return Array.from({ length: count }, (_, n) => ({
    sequenceNumber: `4959033827149025660855969253836157109592${String(n).padStart(16, '0')}`,
    subSequenceNumber: 0,
    partitionKey: `user-${String(n).padStart(11, '0')}`,
    explicitHashKey: null,
    approximateArrivalTimestamp: new Date(1_795_478_400_000 + n),
    encryptionType: null,
    aggregated: false,
    data: data(n),
  }))
}

/** What an item has beside its text, about. */
const restBytes = 330

function change(n: number, imageBytes: number) {
  const keys = { customer: { S: `customer-${String(n).padStart(9, '0')}` }, order: { N: String(n) } }
  return {
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: 1_795_478_400_000 + n * 1_000,
      Keys: keys,
      NewImage: image(keys, 1, imageBytes),
      OldImage: image(keys, 0, imageBytes),
      SequenceNumber: `1116${String(n).padStart(17, '0')}`,
      SizeBytes: 2 * imageBytes,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventID: String(n).padStart(32, '0'),
    eventName: 'MODIFY',
    eventSource: 'aws:dynamodb',
    eventVersion: '1.1',
  }
}

function image(keys: AttributeValues, version: number, bytes: number): AttributeValues {
  const line = (article: string, count: number, price: string): AttributeValues => ({
    M: { article: { S: article }, count: { N: String(count) }, price: { N: price } },
  })
  return {
    ...keys,
    version: { N: String(version) },
    total: { N: '394.78' },
    paid: { BOOL: version === 1 },
    tags: { SS: ['express', 'gift', 'returning'] },
    address: { M: { street: { S: 'Main Street 7' }, city: { S: 'Dublin' }, postcode: { S: 'D02 7' } } },
    lines: { L: [line('A-1001', 2, '19.95'), line('B-2002', 1, '349'), line('C-3003', 12, '0.49')] },
    note: { S: 'lorem ipsum '.repeat(Math.ceil(bytes / 12)).slice(0, Math.max(1, bytes - restBytes)) },
  }
}
