import type { BridgeResult, DynamodbResult, Figures, ThreadsResult } from '../../bench/report/results.ts'

const figures: Figures = {
  recordsPerSecond: 1_000_000,
  megabytesPerSecond: 1_024,
  p50Ms: 2,
  p99Ms: 4,
  cpuSecondsPerMillion: 1,
  driverCpuSecondsPerMillion: 0.4,
  rssBytes: 100 << 20,
  rssBytesByProgram: { node: 100 << 20 },
  driverRssBytes: 300 << 20,
  windows: 5,
  otherCpuShare: 0,
}

/** A case of 4 shards × 1 KiB of tsmld's frames, but for what is given. */
export function bridgeResult(given: Partial<BridgeResult> = {}): BridgeResult {
  return {
    group: 'bridge',
    consumer: 'tsmld-frames',
    shards: 4,
    recordBytes: 1_024,
    batchRecords: 1_000,
    ...figures,
    ...given,
  }
}

/** A case of the first version's format, keys read, but for what is given. */
export function dynamodbResult(given: Partial<DynamodbResult> = {}): DynamodbResult {
  return {
    group: 'dynamodb',
    consumer: 'dynamodb-json',
    reads: 'keys',
    shards: 4,
    recordBytes: 1_024,
    batchRecords: 1_000,
    ...figures,
    ...given,
  }
}

/** A case of one thread, but for what is given. */
export function threadsResult(given: Partial<ThreadsResult> = {}): ThreadsResult {
  return {
    group: 'threads',
    threads: 1,
    microsecondsPerRecord: 20,
    shards: 4,
    recordBytes: 1_024,
    batchRecords: 1_000,
    ...figures,
    ...given,
  }
}
