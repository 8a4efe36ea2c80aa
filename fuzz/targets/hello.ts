import { type HandshakeResult, helloHandshake, tokenLineHandshake } from '../../packages/tsmld/src/daemon/handshake.ts'
import { encodeHello } from '../../packages/tsmld/src/protocol/daemon-frames.ts'
import { helloPayloadBytes } from '../../packages/tsmld/src/protocol/frame-layout.ts'
import { frames } from '../mutate/frames.ts'
import { claim, type Target } from '../target.ts'
import { withinMemory } from './allocations.ts'
import { cutUp } from './chunks.ts'
import { frameVectors, recordedFrames } from './recordings.ts'

const token = 'recorded'
/** A handshake may keep its hello, and of a token line one byte more than the token. */
const greatestKept = helloPayloadBytes + 16

/** What comes before a session: the hello of our own daemon, and the token line of a stock one's bridge over TCP. */
export const hello: Target = {
  name: 'hello',
  weight: 14,
  seeds: () => [
    ...recordedFrames().map(said => Buffer.concat(said.slice(0, 3))),
    ...frameVectors('connection'),
    encodeHello({ token, stream: 'é', shardId: 's', leaseId: '1', recordFormat: 'kinesis', openedAt: 1 }),
    Buffer.from(`${token}\n{"action":"initialize","shardId":"s"}\n`),
    Buffer.from(`${token}\r\n`),
  ],
  structure: frames,
  run: input => {
    for (const handshake of [helloHandshake, tokenLineHandshake]) {
      const shake = (chunks: readonly Buffer[]) => {
        const { push } = handshake(token)
        const greatestChunk = Math.max(0, ...chunks.map(chunk => chunk.length))
        const { result, left } = withinMemory(greatestKept + greatestChunk, () => pushAll(push, chunks))
        return result.kind === 'accepted' ? { ...result, rest: Buffer.concat([result.rest, ...left]) } : result
      }
      const whole = shake([input])
      claimKnowsToken(input, whole)
      const cut = shake(cutUp(input))
      claim(textOf(cut) === textOf(whole), () => `cut up it is ${textOf(cut)}, whole it is ${textOf(whole)}`)
    }
  },
}

/** Pushes until it is decided; what is left after that is the session's. */
function pushAll(push: (chunk: Buffer) => HandshakeResult, chunks: readonly Buffer[]) {
  let result: HandshakeResult = { kind: 'incomplete' }
  for (const [index, chunk] of chunks.entries()) {
    result = push(chunk)
    if (result.kind !== 'incomplete') return { result, left: chunks.slice(index + 1) }
  }
  return { result, left: [] }
}

function claimKnowsToken(input: Buffer, result: HandshakeResult): void {
  if (result.kind !== 'accepted') return
  claim(input.includes(token) || result.hello?.token === token, 'a session without the token')
  claim(input.subarray(input.length - result.rest.length).equals(result.rest), 'what follows the hello is other bytes')
}

function textOf(result: HandshakeResult): string {
  if (result.kind === 'accepted') return `accepted ${JSON.stringify(result.hello)} ${result.rest.toString('latin1')}`
  if (result.kind === 'refused') return `refused: ${result.reason}, ${result.answer?.toString('latin1') ?? 'no answer'}`
  return 'incomplete'
}
