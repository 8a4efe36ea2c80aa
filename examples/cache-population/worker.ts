// One region's worker: two streams into one cache. Run as many of them as there is work; the KCL shares the shards among them.
import { batchProcessor, createRuntime, dynamodbStream, kinesisStream, type Position } from 'tsmld'
import { cacheKeys } from './cache-keys.ts'
import { type CacheConfig, readConfig } from './config.ts'
import { endOnSignal } from './end-on-signal.ts'
import { endedBy } from './ended-by.ts'
import { counterWrite, type Item, itemWrite } from './items.ts'
import { LostCaches } from './lost-caches.ts'
import { type Health, serveProbes } from './probes.ts'
import { connectRedis } from './redis-connection.ts'
import { type CacheFlush, type RedisFlusherOptions, redisFlusher } from './redis-flusher.ts'
import type { RedisClient } from './redis-scripts.ts'
import { reportFlush } from './report.ts'
import { countersRetention, itemsRetention, type Retention } from './retention.ts'

/** How it is while it waits for Redis. */
const waiting: Health = { live: true, ready: false, reasons: ['Redis was not reached yet'] }

try {
  const config = readConfig(process.env)
  let health = () => waiting
  const probes = await serveProbes(config.port, () => health())
  try {
    // Nothing runs yet that would have to be flushed.
    const stay = endOnSignal()
    const client = await connectRedis(config.redisUrl, config.redisWaitMs).finally(stay)
    try {
      await work(config, client, current => {
        health = current
      })
    } finally {
      client.destroy()
    }
  } finally {
    probes.close()
  }
} catch (error) {
  endedBy(error)
}

/** Works until SIGTERM: then every shard is flushed, checkpointed and handed over. */
async function work(
  config: CacheConfig,
  client: Awaited<ReturnType<typeof connectRedis>>,
  serveHealth: (health: () => Health) => void,
): Promise<void> {
  const keys = cacheKeys(config.cacheName)
  const lost = new LostCaches(client, keys)
  const into = { client, lost }
  // Whatever fails, an option that is refused too, nothing may keep the process: it ends, and is started again.
  try {
    const runtime = createRuntime({
      streams: [
        dynamodbStream<Item, 'NEW_AND_OLD_IMAGES'>({
          tableName: config.tableName,
          applicationName: `${config.cacheName}-items`,
          processor: intoRedis(
            { ...into, ...itemsRetention, stateKey: keys.itemsState, onFlushed: reportFlush },
            change => itemWrite(change, keys.items),
          ),
        }),
        kinesisStream({
          streamName: config.streamName,
          applicationName: `${config.cacheName}-counters`,
          processor: intoRedis({ ...into, ...countersRetention, stateKey: keys.countersState }, record =>
            counterWrite(record, keys.counters),
          ),
        }),
      ],
      defaults: streamDefaults(config),
      sharedDaemon: true,
    })
    serveHealth(() => {
      const { live, ready, reasons } = runtime.health()
      return { live, ready: ready && lost.reasons.length === 0, reasons: [...reasons, ...lost.reasons] }
    })
    await runtime.run()
  } finally {
    lost.stop()
  }
}

interface Into<R> extends Retention {
  readonly client: RedisClient
  readonly lost: LostCaches
  readonly stateKey: string
  readonly onFlushed?: (flush: CacheFlush<R>) => void
}

function intoRedis<R extends Position>({ lost, ...into }: Into<R>, toWrite: RedisFlusherOptions<R>['toWrite']) {
  return batchProcessor<R>({
    flusher: redisFlusher({ ...into, toWrite, onLost: () => lost.look() }),
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
