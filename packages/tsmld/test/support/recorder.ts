// A processor's module for tests: tells over a BroadcastChannel what happens to it, and does what its records say.
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'
import { CheckpointError } from '../../src/errors.ts'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory, Shard } from '../../src/session/record-processor.ts'
import { recorderChannel, type Told } from './recorder-channel.ts'

const channel = new BroadcastChannel(recorderChannel)
channel.unref()

const tell = (what: string, { shardId }: Shard): void => {
  channel.postMessage({ what, shardId, thread: isMainThread ? 0 : threadId } satisfies Told)
}

/** Handlers that wait until they are told to go on; told over the channel as well. */
const held = new Map<string, () => void>()
channel.onmessage = event => {
  const { data } = event as { data: Told }
  if (data.what === 'go on') held.get(data.shardId)?.()
}

const deeds: Readonly<Record<string, (shard: Shard) => unknown>> = {
  throwLater: () =>
    setImmediate(() => {
      throw new TypeError('boom')
    }),
  rejectLater: () => void Promise.reject(new Error('nobody looks')),
  exit: () => process.exit(7),
  block: () => {
    for (;;);
  },
  fail: shard => {
    throw new CheckpointError('refused by the test', 'TestException', { shardId: shard.shardId })
  },
  log: shard =>
    shard.logger.warn({ err: new RangeError('logged'), f: () => 1, big: 5n, when: new Date(5) }, 'from the shard'),
  console: () => console.log('from the console'),
  hold: shard => new Promise<void>(resolve => held.set(shard.shardId, resolve)),
}

const recorder: ProcessorFactory<KinesisRecord> = shard => {
  tell('made', shard)
  shard.signal.addEventListener('abort', () => tell('aborted', shard))
  shard.stopping.addEventListener('abort', () => tell('stopping', shard))
  return {
    async processRecords({ records }, checkpointer) {
      for (const record of records) {
        const said = record.data.toString()
        tell(`began ${said}`, shard)
        await deeds[said]?.(shard)
        tell(`settled ${said}`, shard)
      }
      if (records.at(-1)?.data.toString() === 'checkpoint') await checkpointer.checkpoint()
    },
    shutdownRequested: checkpointer => checkpointer.checkpoint(),
    leaseLost: () => tell('lost', shard),
  }
}

// biome-ignore lint/style/noDefaultExport: it is what moduleProcessor() takes unless told otherwise
export { recorder, recorder as default }
export const notAFunction = 7
