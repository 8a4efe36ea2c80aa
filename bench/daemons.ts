// What the daemon's JVMs take until every stream has begun, and when they have idled for a while, on the local stack:
//   node --conditions=tsmld-source --import tsx bench/daemons.ts STREAMS shared|own [JVM ARGUMENT …]
import { setTimeout as delay } from 'node:timers/promises'
import { createRuntime, kinesisStream } from 'tsmld'
import { createStream, localClients, startLocalStack } from 'tsmld-local'
import { processTree, usageOf } from './harness/processes.ts'

const idleMs = 5_000
const [count = '1', sharing = 'own', ...jvmArgs] = process.argv.slice(2)
const stack = await startLocalStack()
const emulators = processTree([process.pid])
Object.assign(process.env, stack.environment)
const names = Array.from({ length: Number(count) }, (_, i) => `stream-${i}`)
using clients = localClients(stack)
for (const name of names) await createStream(clients.kinesis, name, 1)

let waiting = names.length
let allBegan = (): void => undefined
const begun = new Promise<void>(resolve => {
  allBegan = resolve
})
const { region, kinesisEndpoint, dynamodbEndpoint } = stack
const streams = names.map(name =>
  kinesisStream({
    streamName: name,
    applicationName: name,
    processor() {
      if (--waiting === 0) allBegan()
      return { processRecords: () => undefined }
    },
    region,
    kinesisEndpoint,
    dynamodbEndpoint,
    fastStart: true,
    initialPosition: 'TRIM_HORIZON',
    jvmArgs,
  }),
)
const runtime = createRuntime({ streams, sharedDaemon: sharing === 'shared', stopDeadlineMs: 10_000 })
const start = performance.now()
await runtime.start()
await begun
const seconds = (performance.now() - start) / 1_000
const atStart = daemons()
await delay(idleMs)
const idle = daemons()
await runtime.stop()
await stack.stop()
const line = `${seconds.toFixed(1)} s to begin, ${atStart.cpuSeconds.toFixed(1)} s of CPU`
process.stdout.write(
  `${count} ${sharing} ${jvmArgs.join(' ')}: ${line}; ${idleMs / 1_000} s later ${idle.mebibytes} MiB\n`,
)
process.exit()

/** Of the JVMs that the runtime started. */
function daemons(): { readonly cpuSeconds: number; readonly mebibytes: number } {
  const usage = usageOf(processTree([process.pid], emulators.slice(1)))
  // This process's own are neither Java's CPU nor its memory.
  const cpuSeconds = usage.cpuSeconds - usageOf([process.pid]).cpuSeconds
  return { cpuSeconds, mebibytes: Math.round((usage.rssBytes['java'] ?? 0) / (1 << 20)) }
}
