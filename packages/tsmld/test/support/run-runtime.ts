// A program as a user writes it, for tests that send it signals: says `running` and, where asked, handles its record for ever.
import { kinesisStream } from '../../src/config/define-stream.ts'
import { createRuntime } from '../../src/runtime/create-runtime.ts'
import { fakeJava } from './fake-daemons.ts'

const hangs = process.argv[2] === 'hang'
const stream = kinesisStream({
  streamName: 'clicks',
  applicationName: 'clicks-cache',
  region: 'eu-west-1',
  javaPath: fakeJava,
  processor: () => ({
    processRecords() {
      process.stdout.write('running\n')
      return hangs ? new Promise<void>(() => {}) : undefined
    },
  }),
})
await createRuntime({ streams: [stream], stopDeadlineMs: 20_000 }).run()
