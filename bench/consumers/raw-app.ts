// The limit: reads every byte of a socket a shard, without parsing any, and answers each batch with one byte. The only argument is the socket's path.
import { createServer, type Socket } from 'node:net'
import { readEveryByte } from './absent-byte.ts'
import { type Counts, say, serveCounts } from './serve-counts.ts'

const headerBytes = 8
const ack = Buffer.of(1)
const counts: Counts = { records: 0, bytes: 0 }

function pump(socket: Socket): void {
  let header = Buffer.alloc(0)
  let batchBytes = 0
  let batchRecords = 0
  let left = 0
  const take = (bytes: Buffer): void => {
    if (bytes.length === 0) return
    readEveryByte(bytes)
    counts.bytes += bytes.length
    left -= bytes.length
    if (left > 0) return
    left += batchBytes
    counts.records += batchRecords
    socket.write(ack)
  }
  socket.on('data', (chunk: Buffer) => {
    if (header.length === headerBytes) {
      take(chunk)
      return
    }
    const missing = headerBytes - header.length
    header = Buffer.concat([header, chunk.subarray(0, missing)])
    if (header.length < headerBytes) return
    batchBytes = header.readUInt32BE(0)
    batchRecords = header.readUInt32BE(4)
    left = batchBytes
    take(chunk.subarray(missing))
  })
  socket.on('error', () => {})
}

const server = createServer(pump).listen(process.argv[2], () => {
  say({ type: 'listening' })
})
serveCounts(
  () => counts,
  () => {
    server.close()
  },
)
