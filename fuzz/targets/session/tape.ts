/** The choices of one play, a byte each; past its end every choice is 0, the well-behaved one. */
export class Tape {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  next(): number {
    return this.#bytes[this.#at++] ?? 0
  }
}

/** An input of a session: a tape behind its length, and what the daemon says. */
export function readPlay(input: Buffer): { readonly tape: Tape; readonly said: Buffer } {
  const end = 1 + (input[0] ?? 0)
  return { tape: new Tape(input.subarray(1, end)), said: input.subarray(end) }
}

export function writePlay(tape: readonly number[], said: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tape.length, ...tape), said])
}
