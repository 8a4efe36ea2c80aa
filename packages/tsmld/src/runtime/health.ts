import type { RuntimeStatus } from './status.ts'

/** The answers to a platform's probes. */
export interface Health {
  /** False when the process should be replaced: a stream has failed for good. */
  readonly live: boolean
  /** Whether every stream runs, and no shard keeps failing, stalls or is blocked by a record. Holding no lease is healthy: another worker may have them all. */
  readonly ready: boolean
  /** Why not, a sentence each. */
  readonly reasons: readonly string[]
}

/** One failure, or two, may be a passing one: the shard starts again by itself. */
const keepsFailing = 3

/** Judges a runtime by its status. */
export function healthOf({ state, streams, threads }: RuntimeStatus): Health {
  const reasons = streams
    .filter(stream => stream.state !== 'running')
    .map(stream => `${stream.name} is ${stream.state}${stream.lastFailure === null ? '' : `: ${stream.lastFailure}`}`)
  for (const { name, shards } of streams) {
    for (const { shardId, failures, lastFailure, stalledMs, longestCall, blockedRecords, blocked } of shards) {
      const shard = `${name} ${shardId}`
      if (failures >= keepsFailing) reasons.push(`${shard} failed ${failures} times in a row: ${lastFailure ?? ''}`)
      const at = longestCall?.sequenceNumber ?? null
      if (stalledMs !== null)
        reasons.push(`${shard} has made no progress for ${stalledMs} ms${at === null ? '' : ` at ${at}`}`)
      const [oldest] = blocked
      if (oldest !== undefined)
        reasons.push(
          `${shard} is blocked by ${blockedRecords} ${blockedRecords === 1 ? 'record' : 'records'}, first ${oldest.sequenceNumber}: ${oldest.error}`,
        )
    }
  }
  for (const { index, state: doing, lastFailure } of threads) {
    if (doing === 'restarting') reasons.push(`thread ${index} is restarting: ${lastFailure ?? ''}`)
  }
  if (state !== 'running') reasons.unshift(`the runtime is ${state}`)
  return {
    live: state !== 'failed' && streams.every(stream => stream.state !== 'failed'),
    ready: reasons.length === 0,
    reasons,
  }
}
