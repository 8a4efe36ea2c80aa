import {
  CreateTableCommand,
  type DynamoDBClient,
  type StreamViewType,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'

/** Options of {@link createTable}. */
export interface TableOptions {
  /** The name of the hash key, a string. @default 'id' */
  readonly key?: string
  /** @default 'NEW_AND_OLD_IMAGES' */
  readonly view?: StreamViewType
}

/** Makes a DynamoDB table with a stream, waits until it is active, and resolves with the stream's ARN. */
export async function createTable(dynamodb: DynamoDBClient, name: string, options: TableOptions = {}): Promise<string> {
  const { key = 'id', view = 'NEW_AND_OLD_IMAGES' } = options
  const { TableDescription: table } = await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: view },
    }),
  )
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName: name })
  if (table?.LatestStreamArn === undefined) throw new Error(`Table ${name} has no stream.`)
  return table.LatestStreamArn
}
