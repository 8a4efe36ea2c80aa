// `npm run matrix`: the conformance matrix, every daemon on every Node, drawn as a table with the seconds of each cell.
import { run } from 'node:test'
import { readOptions, runTool } from './command-line.ts'
import { drawMatrix, isWhole, type MatrixCell, matrixCell } from './matrix-table.ts'
import { nodeMajors } from './nodes.ts'
import { setUp } from './set-up.ts'

const usage = `Usage: npm run matrix -- [--daemons] [--json]

Runs every daemon on every Node through one scenario, and the unit tests on each. Ends with exit code 0 where every cell is ok, and 1 where not. See docs/conformance.md.

  --daemons  without the unit tests
  --json     one line of JSON instead of the table
  --help     this text
`
const flags = ['daemons', 'json', 'help'] as const
type MatrixOptions = Readonly<Record<(typeof flags)[number], boolean>>

await runTool({ name: 'matrix', usage, parse: args => readOptions(args, [], flags), run: runMatrix })

async function runMatrix({ daemons, json }: MatrixOptions): Promise<void> {
  setUp('--all')
  process.env['TSMLD_MATRIX'] = 'all'
  const cells: MatrixCell[] = []
  let failures = 0
  const note = (name: string, durationMs: number, ok: boolean): void => {
    const cell = matrixCell(name, durationMs, ok)
    if (cell === null) return
    cells.push(cell)
    process.stderr.write(`${ok ? '✔' : '✖'} ${name}: ${cell.seconds} s\n`)
  }
  // One after the other: the unit tests have deadlines of their own.
  const files = ['test/real/conformance.test.ts', ...(daemons ? [] : ['test/real/other-nodes.test.ts'])]
  const stream = run({ files, concurrency: 1, timeout: 3_600_000 })
  stream.on('test:pass', ({ name, details }) => note(name, details.duration_ms, true))
  stream.on('test:fail', ({ name, details }) => {
    failures += 1
    note(name, details.duration_ms, false)
    process.stderr.write(`✖ ${name}: ${String(details.error.cause)}\n`)
  })
  stream.resume()
  await new Promise(resolve => stream.on('end', resolve))
  const ok = failures === 0 && isWhole(cells, nodeMajors)
  process.stdout.write(json ? `${JSON.stringify({ ok, cells })}\n` : drawMatrix(cells))
  process.exitCode = ok ? 0 : 1
}
