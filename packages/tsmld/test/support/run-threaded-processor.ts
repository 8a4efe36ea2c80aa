// Says what it does by console.log, and keeps its thread busy with a timer as a program's modules may: it must end all the same.
import { isMainThread } from 'node:worker_threads'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'

setInterval(() => {}, 1_000)

export const processor: ProcessorFactory<KinesisRecord> = () => ({
  processRecords() {
    console.log(`running ${isMainThread ? 'in the main thread' : 'in a thread'}`)
  },
  shutdownRequested() {
    console.log('asked to stop')
  },
})
