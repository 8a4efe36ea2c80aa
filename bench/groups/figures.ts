import type { Measured } from '../harness/summarize.ts'
import type { Figures } from '../report/results.ts'

/** What was measured, as it is told. */
export function figuresOf({ rssBytesByProgram, ...measured }: Measured, recordBytes: number): Figures {
  return {
    ...measured,
    megabytesPerSecond: (measured.recordsPerSecond * recordBytes) / 1e6,
    rssBytes: Object.values(rssBytesByProgram).reduce((sum, bytes) => sum + bytes, 0),
    rssBytesByProgram,
  }
}
