import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { EmulatorCommand } from './emulator.ts'

/** How kinesis-local is to run. */
export interface KinesisEmulatorOptions {
  readonly port: number
  /** kinesis-local listens on a TLS port as well, which nobody uses here. */
  readonly tlsPort: number
  readonly region: string
  /** The greatest number of open shards in all streams of a region. */
  readonly shardLimit: number
}

// Each of these takes 500 ms by default, only to look like AWS.
const slowActions = [
  'CREATE_STREAM',
  'DELETE_STREAM',
  'MERGE_SHARDS',
  'SPLIT_SHARD',
  'UPDATE_SHARD_COUNT',
  'UPDATE_STREAM_MODE',
  'REGISTER_STREAM_CONSUMER',
  'DEREGISTER_STREAM_CONSUMER',
  'START_STREAM_ENCRYPTION',
  'STOP_STREAM_ENCRYPTION',
]

/** The command that runs the npm package `kinesis-local`, in memory only. */
export function kinesisEmulator(options: KinesisEmulatorOptions): EmulatorCommand {
  // It reads `server.json` relative to its working directory.
  const folder = dirname(createRequire(import.meta.url).resolve('kinesis-local/package.json'))
  return {
    name: 'kinesis-local',
    command: process.execPath,
    needs: 'Node',
    args: [join(folder, 'main.js')],
    folder,
    environment: {
      KINESIS_MOCK_PLAIN_PORT: String(options.port),
      KINESIS_MOCK_TLS_PORT: String(options.tlsPort),
      AWS_REGION: options.region,
      SHARD_LIMIT: String(options.shardLimit),
      SHOULD_PERSIST_DATA: 'false',
      LOG_LEVEL: 'WARN',
      ...Object.fromEntries(slowActions.map(action => [`${action}_DURATION`, '10ms'])),
    },
    isReady: async signal => (await fetch(`http://127.0.0.1:${String(options.port)}/healthcheck`, { signal })).ok,
  }
}
