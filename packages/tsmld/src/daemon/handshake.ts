import { createHash, timingSafeEqual } from 'node:crypto'
import { asError } from '../errors.ts'
import { encodeRefusal, HelloReader } from '../protocol/hello.ts'
import type { Hello } from '../protocol/messages.ts'

/** What came of the bytes so far. */
export type HandshakeResult =
  | { readonly kind: 'incomplete' }
  /** `rest` is what came after the handshake: the session's first bytes. */
  | { readonly kind: 'accepted'; readonly hello: Hello | null; readonly rest: Buffer }
  | { readonly kind: 'refused'; readonly reason: string; readonly answer?: Buffer }

/** What has to come on a connection before it is a session. */
export interface Handshake {
  push(chunk: Buffer): HandshakeResult
  /** What to say when the connection is refused for another reason; undefined where the other side would not understand it. */
  refusal(reason: string): Buffer | undefined
}

/** Over frames: the preamble and the hello with the right token. */
export function helloHandshake(token: string): Handshake {
  const reader = new HelloReader()
  return {
    push: chunk => {
      try {
        const read = reader.push(chunk)
        if (read === null) return { kind: 'incomplete' }
        if (isSecret(token, read.hello.token)) return { kind: 'accepted', hello: read.hello, rest: read.rest }
        return { kind: 'refused', reason: 'wrong token', answer: encodeRefusal('wrong token') }
      } catch (error) {
        const reason = asError(error).message
        return { kind: 'refused', reason, ...(reader.preambleSeen ? { answer: encodeRefusal(reason) } : {}) }
      }
    },
    refusal: reason => (reader.preambleSeen ? encodeRefusal(reason) : undefined),
  }
}

/** The bridge script of a stock daemon, over TCP: the token on a line of its own. */
export function tokenLineHandshake(token: string): Handshake {
  let seen = Buffer.alloc(0)
  return {
    push: chunk => {
      seen = Buffer.concat([seen, chunk])
      const end = seen.indexOf(0x0a)
      if (end === -1 && seen.length <= token.length + 1) return { kind: 'incomplete' }
      const line = seen.subarray(0, Math.max(0, end)).toString().replace(/\r$/, '')
      if (!isSecret(token, line)) return { kind: 'refused', reason: 'wrong token' }
      return { kind: 'accepted', hello: null, rest: seen.subarray(end + 1) }
    },
    refusal: () => undefined,
  }
}

/** The bridge process of a stock daemon, over a Unix socket: the folder is the guard. */
export const noHandshake: Handshake = {
  push: chunk => ({ kind: 'accepted', hello: null, rest: chunk }),
  refusal: () => undefined,
}

/** Compares in constant time, whatever the lengths. */
function isSecret(expected: string, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(expected), digest(given))
}
