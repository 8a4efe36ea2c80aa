// What a thread of the runtime starts with.
import { parentPort } from 'node:worker_threads'
import { ThreadHost } from './thread-host.ts'
import type { ThreadOrder } from './thread-messages.ts'

const port = parentPort
if (port === null) throw new Error('thread-main runs in a thread of a tsmld runtime only')

const host = new ThreadHost(report => {
  port.postMessage(report)
})
port.on('message', (order: ThreadOrder) => {
  host.perform(order)
})
host.start()
