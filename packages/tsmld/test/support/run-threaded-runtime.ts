// A program as a user writes it, with threads, for tests that send it signals: its processor's module says `running`.
import { kinesisStream } from '../../src/config/define-stream.ts'
import { moduleProcessor } from '../../src/processors/module-processor.ts'
import { createRuntime } from '../../src/runtime/create-runtime.ts'
import { fakeJava } from './fake-daemons.ts'

const stream = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-cache',
  region: 'eu-west-1',
  javaPath: fakeJava,
  processor: moduleProcessor(new URL('run-threaded-processor.ts', import.meta.url), { exportName: 'processor' }),
})
await createRuntime({ streams: [stream], threads: 2, stopDeadlineMs: 20_000 }).run()
process.stdout.write('over\n')
