import { createInterface } from 'node:readline'

/** What a consumer has seen. */
export interface Counts {
  records: number
  bytes: number
}

/** Answers each line on stdin with the counts, and ends by `stop` when stdin does. */
export function serveCounts(counts: () => Counts | Promise<Counts>, stop: () => Promise<void> | void): void {
  createInterface({ input: process.stdin })
    .on('line', () => {
      void Promise.resolve(counts()).then(seen => {
        say({ type: 'counts', ...seen })
      })
    })
    .on('close', () => {
      endBy(stop)
    })
}

function endBy(stop: () => Promise<void> | void): void {
  void Promise.resolve(stop()).finally(() => process.exit())
}

/** Says something to the harness. */
export function say(report: { readonly type: string; readonly [field: string]: unknown }): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

/** Ends this process by `stop` when its stdin does: so it outlives no harness. */
export function untilStdinEnds(stop: () => Promise<void> | void): void {
  process.stdin.resume().on('close', () => {
    endBy(stop)
  })
}
