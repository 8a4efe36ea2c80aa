import type { NormalizedDaemon } from '../config/daemon-options.ts'
import { findJava } from '../config/find-java.ts'
import type { NormalizedRuntime } from '../config/normalize-runtime.ts'
import type { NormalizedStream } from '../config/normalized-stream.ts'
import { classArchiveArgs, classArchivePath } from '../daemon/class-archive.ts'
import { DaemonHost } from '../daemon/daemon-host.ts'
import { daemonPackageFolder } from '../daemon/daemon-package.ts'
import { EmbeddedDaemon } from '../daemon/embedded-daemon.ts'
import { verifyJars } from '../daemon/jars.ts'
import { daemonEnv, embeddedCommand } from '../daemon/java-command.ts'
import type { RuntimeFolder } from '../daemon/runtime-folder.ts'
import { type Logger, withFields } from '../observability/logger.ts'
import type { FrameLimits } from '../protocol/frame-layout.ts'
import type { DaemonKind } from './daemon-kind.ts'
import { embeddedKind } from './embedded-kind.ts'
import { stockKind } from './stock-kind.ts'

/** What the daemons of one runtime have in common. */
export interface DaemonKindsInput {
  readonly options: NormalizedRuntime
  readonly logger: Logger
  readonly folder: RuntimeFolder
  readonly token: string
  readonly workerId: string
}

/**
 * Prepares the daemons of a runtime: finds each stream's Java and checks the jars.
 * @throws ConfigError when Java or the jars are missing, too old or altered.
 */
export async function daemonKinds(input: DaemonKindsInput): Promise<(stream: NormalizedStream) => DaemonKind> {
  const { streams, sharedDaemon } = input.options
  const kinds = new Map<NormalizedStream, DaemonKind>()
  let shared: DaemonHost | undefined
  for (const stream of streams) {
    const { path: java, version: javaVersion } = await findJava({
      option: stream.daemon.javaPath ?? undefined,
      env: daemonEnv(stream.daemon),
    })
    if (stream.daemon.kind === 'stock') {
      const { options, logger, ...rest } = input
      kinds.set(stream, stockKind({ ...rest, ...options, java, logger: withFields(logger, { daemon: stream.name }) }))
      continue
    }
    const { classpath } = await verifyJars()
    const host =
      sharedDaemon && shared !== undefined ? shared : embeddedHost(input, stream, java, javaVersion, classpath)
    if (sharedDaemon) shared = host
    const { folder, token, workerId } = input
    kinds.set(
      stream,
      embeddedKind({
        folder,
        token,
        workerId,
        host,
        limits: frameLimits(input.options),
      }),
    )
  }
  return stream => kinds.get(stream) as DaemonKind
}

/** What the embedded daemon's sessions take at most. */
export const frameLimits = ({ maxRecordBytes, maxBatchBytes }: NormalizedRuntime): Partial<FrameLimits> => ({
  recordBytes: maxRecordBytes,
  batchBytes: maxBatchBytes,
})

/** The KCL tells of its every step at INFO; what a user should know of them, tsmld says itself. */
const quietLevels = {
  'software.amazon.kinesis': 'WARN',
  'software.amazon.kinesis.coordinator.Scheduler': 'WARN',
  // It warns, with a stack trace, that a row which it removes at a stop is gone already.
  'software.amazon.kinesis.worker.metricstats.WorkerMetricStatsDAO': 'ERROR',
}

function embeddedHost(
  { options, logger, token }: DaemonKindsInput,
  stream: NormalizedStream,
  java: string,
  javaVersion: string,
  classpath: string,
): DaemonHost {
  const daemon: NormalizedDaemon = stream.daemon
  const archive = classArchivePath(daemonPackageFolder(), { javaVersion, classpath })
  return new DaemonHost(
    () =>
      new EmbeddedDaemon({
        command: embeddedCommand(java, daemon, classpath, classArchiveArgs(archive)),
        token,
        nodeTimeoutMs: options.nodeTimeoutMs,
        startTimeoutMs: options.startTimeoutMs,
        logLevels: { ...quietLevels, ...stream.logLevels },
        logger: withFields(logger, { daemon: options.sharedDaemon ? 'shared' : stream.name }),
      }),
  )
}
