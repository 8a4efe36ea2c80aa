// The sink as a processor's module, for threads: notes over a BroadcastChannel, and ends its thread when it is told to.
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'
import type { SinkLine } from './oracle.ts'
import { kinesisSink } from './sink.ts'

/** What the sinks of one process and the test say to each other. */
export type SinkWord =
  | { readonly kind: 'noted'; readonly thread: number; readonly line: SinkLine }
  | { readonly kind: 'die'; readonly thread: number }

/** Of this process only: channels reach no other. */
export const sinkChannel = 'threaded-sink'

const channel = new BroadcastChannel(sinkChannel)
channel.unref()
channel.onmessage = event => {
  const { data } = event as { data: SinkWord }
  if (data.kind === 'die' && data.thread === threadId && !isMainThread) throw new Error('killed by the test')
}

const note = (line: SinkLine): void => {
  const session = `${threadId}-${line.session}`
  channel.postMessage({ kind: 'noted', thread: threadId, line: { ...line, session } } satisfies SinkWord)
}

export const processor = kinesisSink(note)
