import { readdirSync, readFileSync } from 'node:fs'

// From the root of the repository: the targets are also bundled, and their own place says nothing then.
const tests = 'packages/tsmld/test'

interface Said {
  readonly from: 'daemon' | 'node'
  readonly bytes?: string
  readonly line?: string
}

const read = (folder: string): readonly (readonly Said[])[] =>
  readdirSync(`${tests}/fixtures/${folder}`)
    .filter(name => name.endsWith('.jsonl'))
    .map(name => readFileSync(`${tests}/fixtures/${folder}/${name}`, 'utf8').trimEnd().split('\n'))
    .map(lines => lines.map(line => JSON.parse(line) as Said))

/** What our own daemon said in each recorded session, a frame (or the preamble) each. */
export const recordedFrames = (): readonly (readonly Buffer[])[] =>
  read('frames').map(said =>
    said.filter(({ from }) => from === 'daemon').map(({ bytes }) => Buffer.from(bytes ?? '', 'hex')),
  )

/** What Node answered our own daemon in each recorded session. */
export const recordedAnswers = (): readonly Buffer[] =>
  read('frames').map(said =>
    Buffer.concat(said.flatMap(({ from, bytes }) => (from === 'node' ? [Buffer.from(bytes ?? '', 'hex')] : []))),
  )

/** What AWS's daemons said in each recorded session, a line each. */
export const recordedLines = (): readonly (readonly Buffer[])[] =>
  read('transcripts').map(said =>
    said.filter(({ from }) => from === 'daemon').map(({ line }) => Buffer.from(`${line ?? ''}\n`)),
  )

/** Bytes as the test vectors write them. */
type Piece = string | { readonly utf8: string } | { readonly repeat: string; readonly times: number }

const bytesOf = (pieces: readonly Piece[]): Buffer =>
  Buffer.concat(
    pieces.map(piece => {
      if (typeof piece === 'string') return Buffer.from(piece, 'hex')
      if ('utf8' in piece) return Buffer.from(piece.utf8)
      return Buffer.alloc((piece.repeat.length / 2) * piece.times, Buffer.from(piece.repeat, 'hex'))
    }),
  )

const greatestSeed = 8_192

interface Vector {
  readonly direction: string
  readonly phase: string
  readonly bytes: readonly Piece[]
}

const vectors = (name: string): unknown => JSON.parse(readFileSync(`${tests}/vectors/${name}.json`, 'utf8'))

/** The frames of test/vectors that go to Node: a whole connection's, or a session's alone. */
export const frameVectors = (phase: 'connection' | 'session'): readonly Buffer[] =>
  (vectors('frames') as readonly Vector[])
    .filter(vector => vector.direction === 'toNode' && vector.phase === phase)
    .map(({ bytes }) => bytesOf(bytes))
    .filter(bytes => bytes.length <= greatestSeed)

/** DynamoDB stream records in binary. */
export const binaryRecords = (): readonly Buffer[] =>
  (vectors('dynamodb-records') as readonly Vector[]).map(({ bytes }) => bytesOf(bytes))

/** The same as the adapter's JSON. */
export const jsonRecords = (): readonly Buffer[] =>
  (vectors('dynamodb-records') as readonly { record?: object }[]).flatMap(({ record }) =>
    record === undefined ? [] : [Buffer.from(JSON.stringify(record))],
  )

/** One whose image nests so deep. */
export const nestedRecord = (levels: number): Buffer => {
  const image = `${'{"M":{"a":'.repeat(levels)}{"S":"deep"}${'}}'.repeat(levels)}`
  return Buffer.from(
    `{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"k"}},"NewImage":{"a":${image}},"StreamViewType":"NEW_IMAGE"}}`,
  )
}

/** KPL aggregates. */
export const aggregates = (): readonly Buffer[] =>
  (vectors('kpl') as readonly { data: string }[])
    .map(({ data }) => Buffer.from(data, 'hex'))
    .filter(bytes => bytes.length <= greatestSeed)
