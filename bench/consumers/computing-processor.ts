// The record processor of group `threads`, for each thread to import: it computes on every record, and tells what it has seen when its lease is lost.
import { BroadcastChannel } from 'node:worker_threads'
import type { KinesisRecord, ProcessorFactory } from 'tsmld'
import { readEveryByte } from './absent-byte.ts'
import { compute } from './compute.ts'
import type { Counts } from './serve-counts.ts'

/** Where each shard's counts are told. */
export const countsChannel = 'tsmld-bench-counts'

const rounds = Number(process.env['TSMLD_BENCH_ROUNDS'])

export const computing: ProcessorFactory<KinesisRecord> = () => {
  const counts: Counts = { records: 0, bytes: 0 }
  let last = 0
  return {
    processRecords({ records }) {
      for (const { data } of records) {
        readEveryByte(data)
        last ^= compute(data, rounds)
        counts.bytes += data.length
      }
      counts.records += records.length
    },
    leaseLost() {
      const channel = new BroadcastChannel(countsChannel)
      channel.postMessage({ ...counts, last })
      channel.close()
    },
  }
}
