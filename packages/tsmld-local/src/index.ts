export { type LocalClients, localClients } from './clients.ts'
export { type LocalStack, type LocalStackOptions, localEnvironment, startLocalStack } from './local-stack.ts'
export { createStream, listShards, putRecords, splitShard } from './streams.ts'
export { createTable, type TableOptions } from './tables.ts'
