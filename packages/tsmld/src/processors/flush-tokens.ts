import type { Position } from '../records/record.ts'
import { CheckpointWindow } from './checkpoint-window.ts'
import type { FlushToken } from './flusher.ts'

/** Records that are checkpointed together: those of one aggregate, or one alone. */
interface Whole<R> {
  readonly ticket: number
  /** What the checkpoint is when all are done. */
  last: R
  undone: number
}

interface Held<R> {
  readonly record: R
  readonly whole: Whole<R>
}

/** The records that one shard's flusher holds, by token, and where that lets the checkpoint stand. Pure. */
export class FlushTokens<R extends Position> {
  readonly #window = new CheckpointWindow<Whole<R>>()
  readonly #held = new Map<FlushToken, Held<R>>()
  #lastToken = 0
  #offered: Held<R> | null = null
  /** Has more records to come. */
  #open: Whole<R> | null = null

  /** The highest record whose every predecessor is done, at the end of a whole; null before there is one. */
  get checkpoint(): R | null {
    return this.#window.checkpoint?.last ?? null
  }

  /** How many the flusher holds. */
  get size(): number {
    return this.#held.size
  }

  /** Whether nothing is held, offered, or half of a whole. */
  get isEmpty(): boolean {
    return this.#window.undone === 0
  }

  /** The record that the flusher has held for the longest. */
  get oldest(): R | null {
    return this.#held.values().next().value?.record ?? null
  }

  /** Offers the shard's next record, or the same again; gives its token. `endsWhole`: the checkpoint may stand at it. */
  offer(record: R, endsWhole: boolean): FlushToken {
    if (this.#offered === null) {
      const whole = this.#open ?? this.#begin(record)
      whole.last = record
      whole.undone++
      this.#open = endsWhole ? null : whole
      this.#offered = { record, whole }
      this.#lastToken++
    }
    return this.#lastToken as FlushToken
  }

  /** The flusher took what was offered. */
  added(): void {
    if (this.#offered !== null) this.#held.set(this.#lastToken as FlushToken, this.#offered)
    this.#offered = null
  }

  /** What was offered is done. */
  ignored(): void {
    if (this.#offered !== null) this.#done(this.#offered)
    this.#offered = null
  }

  /** Whether these may be given back: each is held, and named once. Gives what is wrong, as the rest of a sentence, or null. */
  problem(tokens: readonly FlushToken[]): string | null {
    if (!Array.isArray(tokens)) return 'returned no array of tokens'
    const seen = new Set<FlushToken>()
    for (const token of tokens as readonly FlushToken[]) {
      const wasGiven = Number.isInteger(token) && token >= 1 && token <= this.#lastToken
      if (!wasGiven) return `returned the token ${String(token)}, which was never given to it`
      if (seen.has(token)) return `returned the token ${token} twice`
      if (!this.#held.has(token)) return `returned the token ${token} again, or without having added its record`
      seen.add(token)
    }
    return null
  }

  /** These are done. */
  done(tokens: readonly FlushToken[]): void {
    for (const token of tokens) {
      const held = this.#held.get(token)
      if (held !== undefined && this.#held.delete(token)) this.#done(held)
    }
  }

  #begin(record: R): Whole<R> {
    // A window needs its entry before the entry can know its ticket.
    const whole = { ticket: 0, last: record, undone: 0 }
    whole.ticket = this.#window.add(whole)
    return whole
  }

  #done({ whole }: Held<R>): void {
    whole.undone--
    if (whole.undone === 0 && whole !== this.#open) this.#window.done(whole.ticket)
  }
}
