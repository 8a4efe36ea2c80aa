import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { eachRecord, fencingToken, type KinesisRecord } from 'tsmld'

const dynamodb = new DynamoDBClient()

export const table = eachRecord<KinesisRecord>(
  async (record, shard) => {
    const update = new UpdateItemCommand({
      TableName: 'pages',
      Key: { id: { S: record.partitionKey ?? '' } },
      UpdateExpression: 'SET body = :body, #token = :token',
      ConditionExpression: 'attribute_not_exists(#token) OR #token < :token',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: { ':body': { B: record.data }, ':token': { S: fencingToken(shard, record).order } },
    })
    try {
      await dynamodb.send(update, { abortSignal: shard.signal })
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error // else the table has this record, or a later one
    }
  },
  { concurrency: 50 },
)
