/** What is drawn. Times are in seconds from the start of the run. */
export interface TimeLine {
  readonly seconds: number
  readonly rows: readonly {
    readonly name: string
    /** Records of each second. */
    readonly records: readonly number[]
    /** Of each second, whether a process was there. */
    readonly isThere: (second: number) => boolean
    readonly marks: readonly Mark[]
  }[]
  /** What struck all of them, or none in particular. */
  readonly common: readonly Mark[]
  /** What had been produced and had not come, at the end of each second. */
  readonly behind: readonly number[]
}

/** A fault in the time line: its letter, and how long it lasted. */
export interface Mark {
  readonly letter: string
  readonly from: number
  readonly until: number
}

const bars = '▁▂▃▄▅▆▇█'
const width = 100

/** Draws a row of bars for each worker, with the faults over it; a bar's height is the logarithm. */
export function drawTimeLine({ seconds, rows, common, behind }: TimeLine): string {
  const perCell = Math.max(1, Math.ceil(seconds / width))
  const cells = Math.ceil(seconds / perCell)
  const sums = (of: readonly number[], how: (values: readonly number[]) => number): number[] =>
    Array.from({ length: cells }, (_, cell) => how(of.slice(cell * perCell, (cell + 1) * perCell)))
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
  const most = Math.max(1, ...rows.flatMap(({ records }) => sums(records, total)))
  const mostBehind = Math.max(1, ...behind)
  const line = (name: string, text: string): string => `${name.padEnd(10)} ${text.trimEnd()}`
  return [
    line('', ruler(cells, perCell)),
    line('all', marksOf(common, cells, perCell)),
    ...rows.flatMap(({ name, records, isThere, marks }) => [
      line('', marksOf(marks, cells, perCell)),
      line(
        name,
        sums(records, total)
          .map((sum, cell) => (sum > 0 ? bar(sum, most) : isThere(cell * perCell) ? '·' : ' '))
          .join(''),
      ),
    ]),
    line(
      'behind',
      sums(behind, values => Math.max(0, ...values))
        .map(each => (each === 0 ? '·' : bar(each, mostBehind)))
        .join(''),
    ),
    line(
      '',
      `one column is ${perCell} s; bars are logarithmic, full at ${most} records of a worker or ${mostBehind} that had not come; · none, blank: no process`,
    ),
  ].join('\n')
}

/** On a logarithmic scale, so that a burst after a fault does not flatten the steady flow. */
function bar(value: number, most: number): string {
  const height = most <= 1 ? 1 : Math.log(value) / Math.log(most)
  return bars[Math.min(bars.length - 1, Math.floor(height * bars.length))] ?? '█'
}

function ruler(cells: number, perCell: number): string {
  return Array.from({ length: Math.ceil(cells / 10) }, (_, tenth) => `|${tenth * 10 * perCell} s`.padEnd(10)).join('')
}

/** A letter where a fault begins, and a line for as long as it lasts; of two in one cell the later is seen. */
function marksOf(marks: readonly Mark[], cells: number, perCell: number): string {
  const row = Array.from({ length: cells }, () => ' ')
  for (const { from, until } of marks)
    for (let cell = Math.floor(from / perCell); cell < Math.min(cells, until / perCell); cell++) row[cell] = '─'
  for (const { letter, from } of marks) {
    let cell = Math.floor(from / perCell)
    while (row[cell] !== undefined && row[cell] !== ' ' && row[cell] !== '─') cell++
    if (row[cell] !== undefined) row[cell] = letter
  }
  return row.join('')
}
