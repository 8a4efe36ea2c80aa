/** Work for a CPU: that many rounds of FNV-1a over the data, in JavaScript, as a handler that computes is. */
export function compute(data: Uint8Array, rounds: number): number {
  // An int32 from the start: else the loop is compiled for doubles in one place and not in another.
  let hash = 0x811c9dc5 | 0
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ (data[i] as number), 0x01000193)
  return hash
}

/** How many rounds over that many bytes take at least that long on one core; measured once, so that it is the same work for however many threads. */
export function roundsFor(microseconds: number, bytes: number): number {
  const rounds = 20
  const data = new Uint8Array(bytes)
  let best = Number.POSITIVE_INFINITY
  // The fastest of many: warm, and not interrupted.
  for (let attempt = 0; attempt < 2_000; attempt++) {
    const start = performance.now()
    // What comes of it goes into the next: work whose result nobody reads may be left out.
    data[0] = compute(data, rounds)
    best = Math.min(best, ((performance.now() - start) * 1_000) / rounds)
  }
  return Math.ceil(microseconds / best)
}
