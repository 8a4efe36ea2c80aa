import type { StreamDefinition } from '../config/define-stream.ts'
import type { StreamDefaults } from '../config/stream-options.ts'
import type { RestartLimitError } from '../errors.ts'
import type { Logger } from '../observability/logger.ts'
import type { RestartLimit } from './restart-policy.ts'

/** What a runtime is made of. */
export interface RuntimeOptions {
  /** At least one, each with an application name of its own. */
  readonly streams: readonly StreamDefinition[]
  /** Options of every stream that does not give its own. */
  readonly defaults?: StreamDefaults | undefined
  /**
   * How many threads run the processors, each with the shards of all streams that it was given when they began; 0 runs them in this one. For handlers that compute: those that wait
   * gain nothing. Processors then come from {@link moduleProcessor}, daemons are embedded. At most 256.
   * @default 0
   */
  readonly threads?: number | undefined
  /** How long `stop()` lets shards drain, in milliseconds. @default 30000 */
  readonly stopDeadlineMs?: number | undefined
  /** What becomes of the other streams when one has failed for good: `'stop'` ends the runtime with that reason. @default 'stop' */
  readonly onStreamFailed?:
    | 'stop'
    | 'continue'
    | ((error: RestartLimitError, stream: string) => 'stop' | 'continue')
    | undefined
  /** @default one line a message on stderr */
  readonly logger?: Logger | undefined
  /** Whether all embedded streams run in one JVM. @default false */
  readonly sharedDaemon?: boolean | undefined
  /** What the daemon connects through: `tcp` is the loopback with a token. @default 'unix', on Windows 'tcp' */
  readonly transport?: 'unix' | 'tcp' | undefined
  /**
   * After this long without a sign of life from this process the daemon gives its shards up, in milliseconds. A stock daemon can only see an action that stays
   * unanswered: it ends after ten times as long.
   * @default 30000
   */
  readonly nodeTimeoutMs?: number | undefined
  /** How long the daemon may take to start a stream, in milliseconds; an application's first start takes the KCL one to two minutes. @default 300000 */
  readonly startTimeoutMs?: number | undefined
  /** How often a stream's tree may start again. @default { max: 10, withinMs: 10000 } */
  readonly restartLimit?: RestartLimit | undefined
  /** How often in a row one shard may fail without a checkpoint, before its stream fails. @default 10 */
  readonly shardRestartLimit?: number | undefined
  /** How long a shard that came back waits for its earlier handler, in milliseconds. @default 30000 */
  readonly handlerWaitMs?: number | undefined
  /** How long the daemon may take to answer a checkpoint, in milliseconds. @default 60000 */
  readonly checkpointTimeoutMs?: number | undefined
  /** How long a connection may take until its handshake is complete, in milliseconds. @default 5000 */
  readonly handshakeTimeoutMs?: number | undefined
  /** The greatest record that is taken, in bytes; a greater one fails its shard. @default 16777216 */
  readonly maxRecordBytes?: number | undefined
  /** The greatest batch that is taken, in bytes. Embedded daemon only. @default 268435456 */
  readonly maxBatchBytes?: number | undefined
  /** The greatest line, a whole batch in base64, that is taken from a stock daemon, in bytes. @default 67108864 */
  readonly maxLineBytes?: number | undefined
}
