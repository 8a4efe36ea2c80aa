const graceMs = 2_000
/** A terminal's Ctrl-C comes twice at once to what npm runs. */
const impatientMs = 1_000

/**
 * Ends the program at SIGTERM or SIGINT, which the first process of a container would pass over otherwise: once `beforeEnd` has settled, after 2 s, or at one more signal a second later.
 * @returns what takes that back
 */
export function endOnSignal(beforeEnd: () => Promise<unknown> = () => Promise.resolve()): () => void {
  let firstAt: number | null = null
  const end = (signal: NodeJS.Signals): void => {
    // As a shell tells it.
    const exit = () => process.exit(signal === 'SIGINT' ? 130 : 143)
    if (firstAt !== null) {
      if (performance.now() - firstAt > impatientMs) exit()
      return
    }
    firstAt = performance.now()
    setTimeout(exit, graceMs)
    beforeEnd().then(exit, exit)
  }
  process.on('SIGTERM', end).on('SIGINT', end)
  return () => {
    process.off('SIGTERM', end).off('SIGINT', end)
  }
}
