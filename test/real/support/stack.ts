import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import {
  DeleteItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { KplAggregator } from 'tsmld/kpl'
import {
  createStream,
  createTable,
  type LocalClients,
  listShards,
  localClients,
  localEnvironment,
  putRecords,
  splitShard,
  startLocalStack,
} from 'tsmld-local'

/** A row of an application's lease table, as far as tests look at it. */
export interface LeaseRow {
  readonly leaseKey: string
  /** The worker id; null when nobody holds it. */
  readonly owner: string | null
  /** Who reads the shard until it has handed it to `owner`; null when nothing is handed over. */
  readonly checkpointOwner: string | null
  /** A sequence number or a sentinel. */
  readonly checkpoint: string
  readonly subSequenceNumber: number
  readonly leaseCounter: number
}

/** A record to put: `data` as text or bytes. With `aggregate` its user records travel in one KPL aggregate. */
export type TestRecord =
  | { readonly key: string; readonly data: string | Uint8Array }
  | {
      readonly key: string
      readonly aggregate: readonly { readonly key: string; readonly data: string | Uint8Array }[]
    }

/** The local stack of this test run, with what tests do to it. */
export interface TestStack extends Pick<LocalClients, 'kinesis' | 'dynamodb'> {
  readonly kinesisEndpoint: string
  readonly dynamodbEndpoint: string
  readonly region: string
  /** Dummy credentials and region for child processes; `process.env` of the test has them already. */
  readonly environment: Readonly<Record<string, string>>
  /** Makes a Kinesis stream of that many shards (default 1) and resolves with its name: unique, or the one given. */
  createStream(shards?: number, name?: string): Promise<string>
  /** Puts records in order, aggregates included. */
  putRecords(stream: string, records: readonly TestRecord[]): Promise<void>
  /** Splits a shard (default: the first open one) in the middle of its hash keys; resolves with the parent's id. */
  splitShard(stream: string, shardId?: string): Promise<string>
  /** The ids of all shards, closed ones too. */
  shardIds(stream: string): Promise<string[]>
  /** Makes a table with hash key `id` (a string) and a stream. */
  createTable(
    view?: 'NEW_AND_OLD_IMAGES' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'KEYS_ONLY',
    name?: string,
  ): Promise<{ tableName: string; streamArn: string }>
  /** Puts an item `{ id, n }`. */
  putItem(table: string, id: string, n: number): Promise<void>
  /** Sets `n` of an item. */
  updateItem(table: string, id: string, n: number): Promise<void>
  deleteItem(table: string, id: string): Promise<void>
  /** The rows of the lease table, by lease key; none while the table does not exist. */
  leases(applicationName: string): Promise<LeaseRow[]>
}

// Set by scripts/test.mjs, so that all files of a run share one stack.
const { TSMLD_LOCAL_KINESIS, TSMLD_LOCAL_DYNAMODB } = process.env
const region = 'us-east-1'
Object.assign(process.env, localEnvironment(region), {
  // Node 20 is what tsmld still supports; the SDK's word on it is not about a test.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
})

let shared: Promise<TestStack> | undefined
const closers: (() => Promise<void> | void)[] = []

// Registered while the file loads: inside a test it would run when that test ends.
after(async () => {
  for (const close of closers.reverse()) await close()
})

/** The local stack of this run: the shared one, or, where a file is run by hand, one of its own, which ends with the file. */
export function localStack(): Promise<TestStack> {
  shared ??= makeStack()
  return shared
}

/** A name that no other test of this run uses, such as `clicks-3f2a9c1b`. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`
}

/** Asks `condition` every 50 ms until it answers something truthy, and resolves with that; rejects, naming `what`, after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 30_000,
): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    const answer = await condition()
    if (answer) return answer
    if (Date.now() > deadline) throw new Error(`Not within ${String(timeoutMs)} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function makeStack(): Promise<TestStack> {
  const endpoints = await findEndpoints()
  const { kinesis, dynamodb } = localClients({ ...endpoints, region })
  closers.push(() => {
    kinesis.destroy()
    dynamodb.destroy()
  })
  return {
    ...endpoints,
    region,
    environment: localEnvironment(region),
    kinesis,
    dynamodb,
    async createStream(shards = 1, name = uniqueName('stream')) {
      await createStream(kinesis, name, shards)
      return name
    },
    putRecords: (stream, records) => putRecords(kinesis, stream, records.map(toEntry)),
    splitShard: (stream, shardId) => splitShard(kinesis, stream, shardId),
    async shardIds(stream) {
      return (await listShards(kinesis, stream)).map(shard => shard.ShardId ?? '')
    },
    async createTable(view = 'NEW_AND_OLD_IMAGES', tableName = uniqueName('items')) {
      return { tableName, streamArn: await createTable(dynamodb, tableName, { view }) }
    },
    async putItem(table, id, n) {
      await dynamodb.send(new PutItemCommand({ TableName: table, Item: { id: { S: id }, n: { N: String(n) } } }))
    },
    async updateItem(table, id, n) {
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { id: { S: id } },
          UpdateExpression: 'SET n = :n',
          ExpressionAttributeValues: { ':n': { N: String(n) } },
        }),
      )
    },
    async deleteItem(table, id) {
      await dynamodb.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: id } } }))
    },
    async leases(applicationName) {
      try {
        const { Items = [] } = await dynamodb.send(
          new ScanCommand({ TableName: applicationName, ConsistentRead: true }),
        )
        const rows = Items.map(
          (item): LeaseRow => ({
            leaseKey: item['leaseKey']?.S ?? '',
            owner: item['leaseOwner']?.S ?? null,
            checkpointOwner: item['checkpointOwner']?.S ?? null,
            checkpoint: item['checkpoint']?.S ?? '',
            subSequenceNumber: Number(item['checkpointSubSequenceNumber']?.N ?? 0),
            leaseCounter: Number(item['leaseCounter']?.N ?? 0),
          }),
        )
        return rows.sort((a, b) => (a.leaseKey < b.leaseKey ? -1 : 1))
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return []
        throw error
      }
    },
  }
}

async function findEndpoints(): Promise<{ kinesisEndpoint: string; dynamodbEndpoint: string }> {
  if (TSMLD_LOCAL_KINESIS !== undefined && TSMLD_LOCAL_DYNAMODB !== undefined)
    return { kinesisEndpoint: TSMLD_LOCAL_KINESIS, dynamodbEndpoint: TSMLD_LOCAL_DYNAMODB }
  const stack = await startLocalStack({
    onProgress: message => {
      process.stderr.write(`${message}\n`)
    },
  })
  closers.push(() => stack.stop())
  return { kinesisEndpoint: stack.kinesisEndpoint, dynamodbEndpoint: stack.dynamodbEndpoint }
}

function toEntry(record: TestRecord) {
  if (!('aggregate' in record)) return { PartitionKey: record.key, Data: Buffer.from(record.data) }
  const aggregator = new KplAggregator()
  for (const { key, data } of record.aggregate) aggregator.add({ partitionKey: key, data: Buffer.from(data) })
  return { PartitionKey: record.key, Data: aggregator.flush()?.data }
}
