// Starts the local stack, prints its endpoints as one line of JSON (environment variables), and stops it when stdin ends.
// By hand: node --conditions=tsmld-source --import tsx scripts/local-stack.mjs
import { startLocalStack } from 'tsmld-local'

const stack = await startLocalStack({ onProgress: message => process.stderr.write(`${message}\n`) })
const endpoints = { TSMLD_LOCAL_KINESIS: stack.kinesisEndpoint, TSMLD_LOCAL_DYNAMODB: stack.dynamodbEndpoint }
process.stdout.write(`${JSON.stringify(endpoints)}\n`)
for await (const _ of process.stdin) {
  // Nothing is read; the end is what counts.
}
await stack.stop()
