import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { kinesisStream } from '../../src/config/define-stream.ts'
import type { KinesisStreamOptions } from '../../src/config/stream-options.ts'
import { createRuntime, type Runtime } from '../../src/runtime/create-runtime.ts'
import type { RuntimeOptions } from '../../src/runtime/runtime-options.ts'
import { RecordingLogger } from '../../src/testing/recording-logger.ts'
import { FakeDaemons, type FakeMode, fakeJava } from './fake-daemons.ts'

/** A runtime whose daemons are fake, and where they note what they see: one place for each of its streams. */
export interface FakeRuntime {
  readonly runtime: Runtime
  readonly logger: RecordingLogger
  /** By the stream's place; with a shared daemon the first counts. */
  readonly fakes: readonly FakeDaemons[]
  /** The pids that live, of all streams. */
  alive(): number[]
}

/** Makes a runtime with one stream (`app-0`, `app-1`, …) for each list of modes; nothing has started. */
export async function fakeRuntime(
  t: TestContext,
  modes: readonly (readonly FakeMode[])[],
  options: Partial<RuntimeOptions> = {},
  streamOptions: Partial<KinesisStreamOptions> = {},
): Promise<FakeRuntime> {
  const logger = new RecordingLogger()
  const fakes = await Promise.all(modes.map(() => FakeDaemons.create(t)))
  const streams = modes.map((each, place) =>
    kinesisStream({
      streamName: `stream-${place}`,
      applicationName: `app-${place}`,
      region: 'eu-west-1',
      javaPath: fakeJava,
      env: (options.sharedDaemon === true ? fakes[0] : fakes[place])?.env(...each),
      processor: () => ({ processRecords() {} }),
      ...streamOptions,
    }),
  )
  const runtime = createRuntime({ streams, logger, stopDeadlineMs: 5_000, startTimeoutMs: 10_000, ...options })
  t.after(() => runtime.stop().catch(() => {}))
  return { runtime, logger, fakes, alive: () => fakes.flatMap(each => each.alive()) }
}

/** Kills the JVM of a stream that runs. */
export function killDaemon(runtime: Runtime, place: number): void {
  const pid = runtime.status().streams[place]?.daemon.pid
  assert(typeof pid === 'number')
  process.kill(pid, 'SIGKILL')
}
