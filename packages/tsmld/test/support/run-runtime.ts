// A program as a user writes it, for tests that send it signals: says `running` and, where asked, handles its record for ever, which with `stall` ends the process; with `stop` it stops itself before.
import { kinesisStream } from '../../src/config/define-stream.ts'
import { createRuntime } from '../../src/runtime/create-runtime.ts'
import { fakeJava } from './fake-daemons.ts'

const how = process.argv[2] ?? 'well'
const stream = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-cache',
  region: 'eu-west-1',
  javaPath: fakeJava,
  stallTimeoutMs: 1_000,
  onStall: how === 'stall' ? 'exit' : 'warn',
  processor: () => ({
    processRecords() {
      if (how === 'stop') runtime.stop().catch(() => {})
      process.stdout.write('running\n')
      return how !== 'well' ? new Promise<void>(() => {}) : undefined
    },
  }),
})
const runtime = createRuntime({ streams: [stream], stopDeadlineMs: 20_000 })
await runtime.run()
