// One region's worker: two streams into one cache. Run as many of them as there is work; the KCL shares the shards among them.
import { batchProcessor, createRuntime, dynamodbStream, kinesisStream, type Position } from 'tsmld'
import { type CacheConfig, connectRedis, countersStateKey, itemsStateKey, readConfig } from './config.ts'
import { counterWrite, type Item, itemWrite } from './items.ts'
import { LostCaches } from './lost-caches.ts'
import { serveProbes } from './probes.ts'
import { type CacheFlush, redisFlusher } from './redis-flusher.ts'
import { reportFlush } from './report.ts'

const config = readConfig(process.env)
const client = await connectRedis(config.redisUrl)
const lost = new LostCaches(client)
const runtime = createRuntime({
  streams: [
    dynamodbStream<Item, 'NEW_AND_OLD_IMAGES'>({
      tableName: config.tableName,
      applicationName: `${config.cacheName}-items`,
      processor: intoRedis(itemsStateKey, itemWrite, reportFlush),
    }),
    kinesisStream({
      streamName: config.streamName,
      applicationName: `${config.cacheName}-counters`,
      processor: intoRedis(countersStateKey, counterWrite),
    }),
  ],
  defaults: streamDefaults(config),
  sharedDaemon: true,
})
const probes = await serveProbes(config.port, () => {
  const { live, ready, reasons } = runtime.health()
  return { live, ready: ready && lost.reasons.length === 0, reasons: [...reasons, ...lost.reasons] }
})
try {
  await runtime.run() // until SIGTERM: then every shard is flushed, checkpointed and handed over
} finally {
  lost.stop()
  probes.close()
  client.destroy()
}

function intoRedis<R extends Position>(
  stateKey: string,
  toWrite: Parameters<typeof redisFlusher<R>>[0]['toWrite'],
  onFlushed: (flush: CacheFlush<R>) => void = () => undefined,
) {
  return batchProcessor<R>({
    flusher: redisFlusher({ client, stateKey, toWrite, onFlushed, onLost: why => lost.tell(stateKey, why) }),
    maxRecords: 5_000,
    flushIntervalMs: 50, // what a change waits for others, at most
    checkpointIntervalMs: 5_000, // each is a paid write to the lease table; what comes twice is fenced
    retry: { attempts: 5, backoff: { baseMs: 100, maxMs: 2_000 } },
  })
}

function streamDefaults({ region, dynamodbEndpoint, kinesisEndpoint, isLocal }: CacheConfig) {
  return {
    region,
    ...(dynamodbEndpoint === undefined ? {} : { dynamodbEndpoint }),
    ...(kinesisEndpoint === undefined ? {} : { kinesisEndpoint }),
    // The greatest part of a change's lag. A shard allows 5 reads a second, of all applications together; the option for DynamoDB streams begins at 500 ms.
    properties: { idleTimeBetweenReadsInMillis: '250' },
    ...(isLocal
      ? {
          fastStart: true,
          failoverTimeMs: 2_000,
          leaseAssignmentIntervalMs: 1_000,
          shardSyncIntervalMs: 1_000,
          parentShardPollIntervalMs: 1_000,
          heapBytes: 256 * 2 ** 20,
          jvmArgs: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
        }
      : {}),
  }
}
