// What Jazzer and its libFuzzer print, as far as people are told of it; all of it is in the log.

/** How many inputs there were by a line of progress, such as `#2000  DONE cov: 110 …`; null for any other line. */
export function inputsIn(line: string): number | null {
  const [, count] = /^#(\d+)\s+[A-Z]?[A-Za-z]+\s/.exec(line) ?? []
  return count === undefined ? null : Number(count)
}

/** A finding: what is said of it, and the file that it was left in. */
export interface JazzerFinding {
  readonly lines: readonly string[]
  readonly file: string | null
}

const most = 30

/** The finding in an output that ended with one; without lines where Jazzer did not come to run. */
export function findingIn(output: readonly string[]): JazzerFinding {
  const from = output.findIndex(line => /^== Java Exception|^==\d+== ERROR/.test(line))
  const written = output.map(line => /Test unit written to (\S+)/.exec(line)?.[1])
  // What follows is the input, which the file has.
  const input = output.findIndex(line => line.startsWith('== libFuzzer crashing input'))
  return {
    lines: from === -1 ? [] : output.slice(from, input === -1 ? undefined : input).slice(0, most),
    file: written.findLast(file => file !== undefined) ?? null,
  }
}
