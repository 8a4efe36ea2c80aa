// Fetches DynamoDB Local ahead of its first use; silent when it is there.
import { ensureDynamodbLocal } from '../src/dynamodb-local-jars.ts'

try {
  await ensureDynamodbLocal(message => process.stderr.write(`${message}\n`))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
