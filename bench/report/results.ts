/** What takes part in group `bridge`; `raw` is the limit, the last two are the peers. */
export const bridgeConsumers = ['raw', 'tsmld-frames', 'tsmld-stock', 'aws-kcl', 'erlmld'] as const
/** One of {@link bridgeConsumers}. */
export type BridgeConsumer = (typeof bridgeConsumers)[number]

/** The figures of a case that the driver fed: medians over its windows. */
export interface Figures {
  readonly recordsPerSecond: number
  /** Of the records' data, without keys and sequence numbers; a megabyte is 10^6 bytes. */
  readonly megabytesPerSecond: number
  /** How long a batch took, from the call of `processRecords` to its return. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the driver's JVM and all other processes together. */
  readonly cpuSecondsPerMillion: number
  /** The driver's part of it. */
  readonly driverCpuSecondsPerMillion: number
  /** Of all processes but the driver. */
  readonly rssBytes: number
  readonly rssBytesByProgram: Readonly<Record<string, number>>
  readonly driverRssBytes: number
  /** How many windows the medians are of. */
  readonly windows: number
  /** The part of the machine's CPU that other programs took meanwhile. */
  readonly otherCpuShare: number
}

/** A case of group `bridge`. */
export interface BridgeResult extends Figures {
  readonly group: 'bridge'
  readonly consumer: BridgeConsumer
  readonly shards: number
  readonly recordBytes: number
  readonly batchRecords: number
}

/** A case of group `dynamodb`: changes with both images. */
export interface DynamodbResult extends Figures {
  readonly group: 'dynamodb'
  /** The format in which the records travel. */
  readonly consumer: 'dynamodb-json' | 'dynamodb-binary'
  /** What the handler reads of each record. */
  readonly reads: 'keys' | 'images'
  readonly shards: number
  /** Of one image. */
  readonly recordBytes: number
  readonly batchRecords: number
}

/** A case of group `threads`: a handler that computes on each record. */
export interface ThreadsResult extends Figures {
  readonly group: 'threads'
  readonly threads: number
  /** How long the handler takes on a core of its own. */
  readonly microsecondsPerRecord: number
  readonly shards: number
  readonly recordBytes: number
  readonly batchRecords: number
}

/** A case of group `toolkit`: a part of the library alone, in one process. */
export interface ToolkitResult {
  readonly group: 'toolkit'
  readonly name: string
  readonly nsPerRecord: number
  readonly windows: number
}

/** A figure of group `endToEnd`: through the KCL and the emulators. */
export interface EndToEndResult {
  readonly group: 'endToEnd'
  readonly name: string
  readonly recordsPerSecond?: number
  readonly seconds?: number
  readonly p50Ms?: number
  readonly p99Ms?: number
}

/** One measured case. */
export type Result = BridgeResult | DynamodbResult | ThreadsResult | ToolkitResult | EndToEndResult
