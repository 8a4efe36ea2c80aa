import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { asError } from '../errors.ts'
import { encodeDaemonMessage, encodeHello } from '../protocol/daemon-frames.ts'
import { framesCodec } from '../protocol/frame-codec.ts'
import type { DaemonMessage, NodeMessage, RecordFormat } from '../protocol/messages.ts'
import { type Clock, clockOf } from '../session/clock.ts'
import type { Shard } from '../session/record-processor.ts'
import type { RecordedLine } from './recording.ts'

/** The file of one recorded session. It is written at once, so that nothing gathers in memory; when it cannot be written the shard goes on without. */
export class RecordingFile {
  readonly #shard: Shard
  readonly #clock: Clock
  readonly #codec = framesCodec()
  readonly #maxBytes: number
  #bytes = 0
  #descriptor: number | null = null

  constructor(shard: Shard, folder: string, maxBytes: number) {
    this.#shard = shard
    this.#clock = clockOf(shard)
    this.#maxBytes = maxBytes
    this.#try(() => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      this.#descriptor = this.#open(join(folder, `${shard.shardId}-${this.#clock.now()}`))
    })
  }

  /** The first of all: which shard it is, what its records are, and where it began. */
  began(recordFormat: RecordFormat, atMs: number): void {
    const { applicationName, shardId, startingPosition } = this.#shard
    const hello = encodeHello({
      token: 'recorded',
      stream: applicationName,
      shardId,
      leaseId: 'recorded',
      recordFormat,
    })
    const { sequenceNumber, subSequenceNumber } = startingPosition
    this.#write({ from: 'daemon', bytes: hello.toString('hex'), atMs })
    this.#daemon({ kind: 'initialize', shardId, sequenceNumber, subSequenceNumber }, atMs)
    this.node({ kind: 'status', responseFor: 'initialize' })
  }

  daemon(message: DaemonMessage): void {
    this.#daemon(message, this.#clock.now())
  }

  node(message: NodeMessage): void {
    this.#write({ from: 'node', bytes: this.#codec.encode(message).toString('hex'), atMs: this.#clock.now() })
  }

  stopping(): void {
    this.#write({ from: 'runtime', stopping: true, atMs: this.#clock.now() })
  }

  close(): void {
    const descriptor = this.#descriptor
    if (descriptor === null) return
    this.#descriptor = null
    this.#try(() => {
      closeSync(descriptor)
    })
  }

  #daemon(message: DaemonMessage, atMs: number): void {
    for (const frame of encodeDaemonMessage(message))
      this.#write({ from: 'daemon', bytes: frame.toString('hex'), atMs })
  }

  #write(line: RecordedLine): void {
    const descriptor = this.#descriptor
    if (descriptor === null) return
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    this.#bytes += bytes.length
    if (this.#bytes > this.#maxBytes) {
      this.#shard.logger.warn(
        { maxBytes: this.#maxBytes },
        'the recording of a shard has reached its maxBytes and ends',
      )
      this.close()
    } else
      this.#try(() => {
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
      })
  }

  /** A name of its own, also where two sessions of a shard begin within a millisecond. */
  #open(path: string): number {
    for (let count = 0; ; count++) {
      try {
        return openSync(`${path}${count === 0 ? '' : `-${count}`}.jsonl`, 'wx', 0o600)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
  }

  #try(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#shard.logger.warn({ err: error }, `a shard is not recorded any more: ${asError(error).message}`)
      this.close()
    }
  }
}
