// A recorded session: lines of JSON in the order of what happened, what passed over the wire as hex of its frames. `atMs` is epoch milliseconds.
//
//   {"from":"daemon","bytes":"…","atMs":…}    the preamble, the hello, every message to the processor, every answer to a checkpoint
//   {"from":"node","bytes":"…","atMs":…}      statuses, checkpoints
//   {"from":"runtime","stopping":true,…}      the process begins to stop
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { ProtocolError } from '../errors.ts'
import { framesCodec } from '../protocol/frame-codec.ts'
import { HelloReader } from '../protocol/hello.ts'
import type { DaemonMessage, Hello } from '../protocol/messages.ts'
import { nodeFramesDecoder } from '../protocol/node-message-decoder.ts'

/** A line of a recording; `atMs` may be missing in recordings of the wire itself. */
export interface RecordedLine {
  readonly from: 'daemon' | 'node' | 'runtime'
  readonly bytes?: string
  readonly stopping?: true
  readonly atMs?: number
}

/** What a recording says, in order. */
export type RecordedEvent =
  | { readonly kind: 'hello'; readonly hello: Hello; readonly atMs: number | null }
  | { readonly kind: 'message'; readonly message: DaemonMessage; readonly atMs: number | null }
  | { readonly kind: 'stopping'; readonly atMs: number | null }
  /** The processor was done with the shard's end, which was checkpointed then. */
  | { readonly kind: 'endHandled'; readonly atMs: number | null }

/** Reads a recording, a line in memory at a time. A last line that is cut off, as by a kill or a full disk, is left out. @throws Error naming the file and the line where it is none. */
export async function* readRecording(file: string): AsyncGenerator<RecordedEvent, void, undefined> {
  const reader = new HelloReader()
  const decoder = framesCodec().decoder()
  const fromNode = nodeFramesDecoder()
  let greeted = false
  let number = 0
  let cutOff: Error | null = null
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    // It was not the last.
    if (cutOff !== null) throw cutOff
    try {
      const { from, bytes = '', stopping, atMs = null } = (JSON.parse(text) ?? {}) as RecordedLine
      if (stopping === true) yield { kind: 'stopping', atMs }
      if (from === 'node')
        for (const message of fromNode.push(Buffer.from(bytes, 'hex')))
          if (message.kind === 'status' && message.responseFor === 'shardEnded') yield { kind: 'endHandled', atMs }
      if (from !== 'daemon') continue
      let rest: Buffer = Buffer.from(bytes, 'hex')
      if (!greeted) {
        const read = reader.push(rest)
        if (read === null) continue
        greeted = true
        rest = read.rest
        yield { kind: 'hello', hello: read.hello, atMs }
      }
      for (const message of decoder.push(rest)) yield { kind: 'message', message, atMs }
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof ProtocolError)) throw error
      const wrong = new Error(`${file}, line ${number}, is no line of a recorded shard: ${error.message}`, {
        cause: error,
      })
      if (!greeted || error instanceof ProtocolError) throw wrong
      cutOff = wrong
    }
  }
}
