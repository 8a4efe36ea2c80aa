import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { LocalStack } from './local-stack.ts'

/** SDK clients of one local stack. */
export interface LocalClients extends Disposable {
  readonly kinesis: KinesisClient
  readonly dynamodb: DynamoDBClient
}

/** Makes SDK clients for the endpoints of a local stack; dispose of them to close their sockets. */
export function localClients(stack: Pick<LocalStack, 'kinesisEndpoint' | 'dynamodbEndpoint' | 'region'>): LocalClients {
  const common = { region: stack.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
  // The SDK speaks HTTP/2 to Kinesis, which kinesis-local does not answer rightly.
  const kinesis = new KinesisClient({
    ...common,
    endpoint: stack.kinesisEndpoint,
    requestHandler: new NodeHttpHandler(),
  })
  const dynamodb = new DynamoDBClient({ ...common, endpoint: stack.dynamodbEndpoint })
  return {
    kinesis,
    dynamodb,
    [Symbol.dispose]: () => {
      kinesis.destroy()
      dynamodb.destroy()
    },
  }
}
