import { devNull } from 'node:os'
import { dynamodbEmulator } from './dynamodb-emulator.ts'
import { ensureDynamodbLocal } from './dynamodb-local-jars.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { freePorts } from './free-ports.ts'
import { kinesisEmulator } from './kinesis-emulator.ts'

/** Options of {@link startLocalStack}. */
export interface LocalStackOptions {
  /** The region the emulators and `environment` name. @default 'us-east-1' */
  readonly region?: string
  /** The greatest number of open Kinesis shards in all. @default 200 */
  readonly shardLimit?: number
  /** How long the emulators may take to serve, in milliseconds; the first download is not counted. @default 60000 */
  readonly startDeadlineMs?: number
  /** Told what is going on where it takes long: the first download. */
  readonly onProgress?: (message: string) => void
}

/** Two running emulators. */
export interface LocalStack extends AsyncDisposable {
  /** Plain HTTP, 1.1 and 2 with prior knowledge. */
  readonly kinesisEndpoint: string
  /** Plain HTTP; serves DynamoDB and DynamoDB Streams. */
  readonly dynamodbEndpoint: string
  readonly region: string
  /** Dummy credentials and the region, for a child process or `process.env`. */
  readonly environment: Readonly<Record<string, string>>
  /** Ends both; may be called again. */
  stop(): Promise<void>
}

/**
 * Starts kinesis-local and DynamoDB Local side by side on free ports and waits until both serve. They keep everything in memory, and end with
 * this process however it ends. The first call on a machine fetches DynamoDB Local by Maven.
 * @throws Error that says which one failed, with its last log lines.
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const jars = await ensureDynamodbLocal(options.onProgress)
  // Another program may take a port between the look and the use: then look again.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts(jars, options)
    } catch (error) {
      if (attempt === 3 || !/address already in use|EADDRINUSE|bind/i.test((error as Error).message)) throw error
    }
  }
}

async function startOnFreePorts(jars: string, options: LocalStackOptions): Promise<LocalStack> {
  const { region = 'us-east-1', shardLimit = 200, startDeadlineMs = 60_000 } = options
  const [port = 0, tlsPort = 0, dynamodbPort = 0] = await freePorts(3)
  const starts = await Promise.allSettled([
    startEmulator(kinesisEmulator({ port, tlsPort, region, shardLimit }), startDeadlineMs),
    startEmulator(dynamodbEmulator({ port: dynamodbPort, jars }), startDeadlineMs),
  ])
  const emulators = starts.flatMap((start): Emulator[] => (start.status === 'fulfilled' ? [start.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(emulators.map(emulator => emulator.stop()))
  }
  const failed = starts.find(start => start.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  return {
    kinesisEndpoint: `http://127.0.0.1:${String(port)}`,
    dynamodbEndpoint: `http://127.0.0.1:${String(dynamodbPort)}`,
    region,
    environment: localEnvironment(region),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Dummy credentials, and nothing of the user's own AWS configuration. */
export function localEnvironment(region: string): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  }
}
