// The peer: a record processor of aws-kcl, a process a shard. Its stdout is the protocol's, so that it leaves its counts in a file of the folder that is its only argument.
import { writeFileSync } from 'node:fs'
import kcl from 'aws-kcl'
import { readEveryByte } from './absent-byte.ts'
import type { Counts } from './serve-counts.ts'

const counts: Counts = { records: 0, bytes: 0 }

kcl({
  initialize(_, done) {
    done()
  },
  processRecords({ records }, done) {
    for (const record of records) {
      const data = Buffer.from(record.data, 'base64')
      readEveryByte(data)
      counts.bytes += data.length
    }
    counts.records += records.length
    done()
  },
  leaseLost(_, done) {
    writeFileSync(`${process.argv[2] ?? ''}/${process.pid}.json`, JSON.stringify(counts))
    done()
  },
  shardEnded(_, done) {
    done()
  },
}).run()
