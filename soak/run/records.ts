import type { RecordsVerdict } from '../report/outcome.ts'

/** What was handled of each stream, by either worker. */
export class HandledRecords {
  readonly #counts = new Map<string, Map<string, number>>()

  note(stream: string, records: readonly string[]): void {
    const counts = this.#counts.get(stream) ?? new Map<string, number>()
    this.#counts.set(stream, counts)
    for (const record of records) counts.set(record, (counts.get(record) ?? 0) + 1)
  }

  hasAll(stream: string, produced: ReadonlySet<string>): boolean {
    const counts = this.#counts.get(stream)
    return [...produced].every(record => counts?.has(record) === true)
  }

  judge(stream: string, produced: ReadonlySet<string>): RecordsVerdict {
    const counts = this.#counts.get(stream) ?? new Map<string, number>()
    return {
      produced: produced.size,
      lost: [...produced].filter(record => !counts.has(record)).length,
      unexpected: [...counts.keys()].filter(record => !produced.has(record)).length,
      duplicates: [...counts.values()].reduce((sum, count) => sum + count - 1, 0),
    }
  }
}
