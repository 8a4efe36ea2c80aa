// What node:test says at the end of a run, of several runs together.

const counted = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo']

/** Takes the summaries out of the events of several runs, and adds them up. */
export class Summaries {
  #counts = new Map(counted.map(name => [name, 0]))
  /** How many runs came to their end. */
  runs = 0

  /** Whether an event is a part of a summary, which it counts. */
  take({ type, data }) {
    if (type === 'test:summary') return data.file === undefined
    if (type !== 'test:diagnostic' || data.nesting !== 0) return false
    const [, name, number] = /^([a-z_]+) ([\d.]+)$/.exec(data.message) ?? []
    if (name === 'duration_ms') {
      this.runs += 1
      return true
    }
    if (!this.#counts.has(name)) return false
    this.#counts.set(name, this.#counts.get(name) + Number(number))
    return true
  }

  /** The summary of all. */
  events(durationMs) {
    return [...this.#counts, ['duration_ms', durationMs]].map(([name, number]) => {
      return { type: 'test:diagnostic', data: { nesting: 0, message: `${name} ${number}` } }
    })
  }
}
