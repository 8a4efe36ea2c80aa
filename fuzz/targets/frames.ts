import { framesCodec } from '../../packages/tsmld/src/protocol/frame-codec.ts'
import { frames as structure } from '../mutate/frames.ts'
import type { Target } from '../target.ts'
import { withinMemory } from './allocations.ts'
import { cutUp } from './chunks.ts'
import { claimSame, decode } from './decoded.ts'
import { frameVectors, recordedFrames } from './recordings.ts'

/** Small, so that inputs reach them. */
const limits = { payloadBytes: 4_096, recordBytes: 8_192, batchBytes: 16_384 }

/** The codec of our own daemon's sessions. */
export const frames: Target = {
  name: 'frames',
  weight: 26,
  // Without the preamble and the hello, which are the handshake's.
  seeds: () => [...recordedFrames().map(said => Buffer.concat(said.slice(2))), ...frameVectors('session')],
  structure,
  run: input => {
    const read = (chunks: readonly Buffer[]) =>
      withinMemory(limits.recordBytes, () => decode(framesCodec(limits).decoder(), chunks))
    const whole = read([input])
    claimSame(whole, read(cutUp(input)))
  },
}
