import { join } from 'node:path'
import type { EmulatorCommand } from './emulator.ts'

/** How DynamoDB Local is to run. */
export interface DynamodbEmulatorOptions {
  readonly port: number
  /** The folder of its jars and native libraries. */
  readonly jars: string
}

/** The command that runs DynamoDB Local in memory, one database for all regions and credentials. */
export function dynamodbEmulator(options: DynamodbEmulatorOptions): EmulatorCommand {
  const endpoint = `http://127.0.0.1:${String(options.port)}`
  return {
    name: 'DynamoDB Local',
    command: java(),
    needs: 'Java of version 17 or newer, found by TSMLD_JAVA, JAVA_HOME or PATH',
    args: [
      '-Xmx512m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Xshare:auto',
      `-Dsqlite4java.library.path=${options.jars}`,
      '-cp',
      join(options.jars, '*'),
      'software.amazon.dynamodb.services.local.main.ServerRunner',
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
      '-port',
      String(options.port),
    ],
    folder: options.jars,
    environment: {},
    isReady: async signal => (await listTables(endpoint, signal)).ok,
  }
}

/** The Java to run: `TSMLD_JAVA`, else the one of `JAVA_HOME`, else that of the PATH. */
export function java(): string {
  const { TSMLD_JAVA, JAVA_HOME } = process.env
  return TSMLD_JAVA ?? (JAVA_HOME === undefined || JAVA_HOME === '' ? 'java' : join(JAVA_HOME, 'bin', 'java'))
}

function listTables(endpoint: string, signal: AbortSignal): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      // It looks for a signature's shape, not at the signature.
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: '{}',
  })
}
