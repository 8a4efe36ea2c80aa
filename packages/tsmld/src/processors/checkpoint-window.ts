const smallest = 64
/** A window that was once large gives its memory back when it is empty. */
const kept = 4_096

/**
 * The records of one shard that were begun, in the shard's order, whatever the order in which they end: where the checkpoint may stand. Pure; every call takes constant
 * time on average. Of neighbours that are done only the last one's position is kept, so that a record that hangs keeps few others in memory.
 */
export class CheckpointWindow<P> {
  /** By ticket, in a ring whose length is a power of 2. */
  #positions: (P | undefined)[] = emptyRing(smallest)
  #isDone = new Uint8Array(smallest)
  /** The ticket of the oldest that is not done. */
  #oldest = 0
  #next = 0
  #undone = 0
  #checkpoint: P | null = null

  /** The highest position whose every predecessor is done; null before there is one. */
  get checkpoint(): P | null {
    return this.#checkpoint
  }

  /** How many are not done. */
  get undone(): number {
    return this.#undone
  }

  /** How many were added from the oldest that is not done on, done or not: what would come again. */
  get span(): number {
    return this.#next - this.#oldest
  }

  /** Takes the next position of the shard, sub-sequence number included, and gives its ticket. */
  add(position: P): number {
    if (this.span === this.#isDone.length) this.#resize(2 * this.#isDone.length)
    const ticket = this.#next++
    this.#positions[this.#place(ticket)] = position
    this.#undone++
    return ticket
  }

  /** @throws RangeError on a ticket that was never given or is done. */
  done(ticket: number): void {
    const place = this.#place(ticket)
    if (ticket < this.#oldest || ticket >= this.#next || this.#isDone[place] === 1)
      throw new RangeError(`ticket ${ticket} is not under way`)
    this.#undone--
    this.#isDone[place] = 1
    if (ticket === this.#oldest) this.#advance()
    else this.#forgetInnerPositions(ticket, place)
  }

  #advance(): void {
    let ticket = this.#oldest
    for (
      let place = this.#place(ticket);
      ticket < this.#next && this.#isDone[place] === 1;
      place = this.#place(ticket)
    ) {
      this.#checkpoint = this.#positions[place] ?? this.#checkpoint
      this.#positions[place] = undefined
      this.#isDone[place] = 0
      ticket++
    }
    this.#oldest = ticket
    if (this.#undone === 0 && this.#isDone.length > kept) this.#resize(smallest)
  }

  /** What is done and followed by what is done can never be the checkpoint. */
  #forgetInnerPositions(ticket: number, place: number): void {
    const before = this.#place(ticket - 1)
    if (this.#isDone[before] === 1) this.#positions[before] = undefined
    if (ticket + 1 < this.#next && this.#isDone[this.#place(ticket + 1)] === 1) this.#positions[place] = undefined
  }

  #place(ticket: number): number {
    return ticket & (this.#isDone.length - 1)
  }

  #resize(length: number): void {
    const positions = emptyRing<P>(length)
    const isDone = new Uint8Array(length)
    for (let ticket = this.#oldest; ticket < this.#next; ticket++) {
      const place = this.#place(ticket)
      positions[ticket & (length - 1)] = this.#positions[place]
      isDone[ticket & (length - 1)] = this.#isDone[place] as number
    }
    this.#positions = positions
    this.#isDone = isDone
  }
}

function emptyRing<P>(length: number): (P | undefined)[] {
  return new Array<P | undefined>(length).fill(undefined)
}
