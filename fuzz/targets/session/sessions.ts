import { encodeJsonFrame } from '../../../packages/tsmld/src/protocol/frame-encoder.ts'
import { frameKind } from '../../../packages/tsmld/src/protocol/frame-layout.ts'
import type { Random } from '../../engine/random.ts'
import { changeBytes } from '../../mutate/bytes.ts'
import { frames } from '../../mutate/frames.ts'
import { lines } from '../../mutate/lines.ts'
import type { Structure } from '../../mutate/structure.ts'
import type { Target } from '../../target.ts'
import { recordedFrames, recordedLines } from '../recordings.ts'
import { type Protocol, playSession } from './play-session.ts'
import { writePlay } from './tape.ts'

/** Beyond this the choices of a tape all mean the same. */
const choices = 12
const greatestTape = 60

const overFrames: Protocol = {
  frames: true,
  split: frames.split,
  say: (sequenceNumber, subSequenceNumber, error) =>
    encodeJsonFrame(frameKind.message, { action: 'checkpoint', sequenceNumber, subSequenceNumber, error }),
}
const overLines: Protocol = {
  frames: false,
  split: lines.split,
  say: (sequenceNumber, subSequenceNumber, error) =>
    Buffer.from(`${JSON.stringify({ action: 'checkpoint', sequenceNumber, subSequenceNumber, error })}\n`),
}

/** The answers to checkpoints are the harness's own, because it asks for others than the recorded handlers did. */
const withoutAnswers = (said: readonly Buffer[]): Buffer =>
  Buffer.concat(said.filter(message => !message.includes('"action":"checkpoint"')))

/** A session of our own daemon, from its hello on. */
export const sessionOverFrames: Target = {
  name: 'session-frames',
  weight: 6,
  seeds: () => recordedFrames().flatMap(plays),
  structure: played(frames),
  run: input => playSession(overFrames, input),
}

/** A session of a stock daemon. */
export const sessionOverLines: Target = {
  name: 'session-lines',
  weight: 6,
  seeds: () => recordedLines().flatMap(plays),
  structure: played(lines),
  run: input => playSession(overLines, input),
}

/** The recorded session with well-behaved handlers, and with each way to behave badly at each of the first choices. */
function plays(said: readonly Buffer[]): Buffer[] {
  const bytes = withoutAnswers(said)
  const tapes = Array.from({ length: choices }, (_, choice) =>
    Array.from({ length: 8 }, (_none, at) => Array.from({ length: 8 }, (_other, index) => (index === at ? choice : 0))),
  )
  return [writePlay([], bytes), ...tapes.flat().map(tape => writePlay(tape, bytes))]
}

/** The structure of a play: its tape, then the units of what the daemon says. */
function played(said: Structure): Structure {
  const lengthOf = (input: Buffer): number => Math.min(input.length, 1 + (input[0] ?? 0))
  return {
    ...said,
    split: input => [input.subarray(0, lengthOf(input)), ...said.split(input.subarray(lengthOf(input)))],
    changeUnit: (unit, random, index) =>
      index === 0 ? changeTape(unit, random, said.tokens) : said.changeUnit(unit, random, index),
    repair: ([tape = Buffer.of(0), ...units]) => [
      Buffer.concat([Buffer.of(Math.min(255, Math.max(0, tape.length - 1))), tape.subarray(1, 256)]),
      ...said.repair(units),
    ],
  }
}

function changeTape(tape: Buffer, random: Random, tokens: readonly Buffer[]): Buffer {
  const bytes = tape.subarray(1)
  const grown = Buffer.concat([bytes, Buffer.alloc(Math.max(0, greatestTape - bytes.length))])
  grown[random.below(random.once(2) ? 10 : greatestTape)] = random.below(choices)
  const changed = random.once(12) ? changeBytes(bytes, random, tokens).subarray(0, greatestTape) : grown
  return Buffer.concat([Buffer.of(changed.length), changed])
}
