// `npm run matrix`: the conformance matrix, every daemon on every Node, drawn as a table with the seconds of each cell; with --json as one line of JSON, with --daemons
// without the unit tests.
import { run } from 'node:test'
import { drawMatrix, type MatrixCell, matrixCell } from './matrix-table.ts'

process.env['TSMLD_MATRIX'] = 'all'
const cells: MatrixCell[] = []
const failures: string[] = []

// One after the other: the unit tests have deadlines of their own.
const daemons = 'test/real/conformance.test.ts'
const files = process.argv.includes('--daemons') ? [daemons] : [daemons, 'test/real/other-nodes.test.ts']
const stream = run({ files, concurrency: 1, timeout: 3_600_000 })
stream.on('test:pass', ({ name, details }) => note(name, details.duration_ms, true))
stream.on('test:fail', ({ name, details }) => {
  failures.push(name)
  note(name, details.duration_ms, false)
  process.stderr.write(`✖ ${name}: ${String(details.error.cause)}\n`)
})
stream.resume()
await new Promise(resolve => stream.on('end', resolve))
process.stdout.write(
  process.argv.includes('--json') ? `${JSON.stringify({ ok: failures.length === 0, cells })}\n` : drawMatrix(cells),
)
process.exitCode = failures.length === 0 ? 0 : 1

function note(name: string, durationMs: number, ok: boolean): void {
  const cell = matrixCell(name, durationMs, ok)
  if (cell === null) return
  cells.push(cell)
  process.stderr.write(`${ok ? '✔' : '✖'} ${name}: ${cell.seconds} s\n`)
}
