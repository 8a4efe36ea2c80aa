// The conformance matrix: each daemon, and each Node, through one scenario. `npm run matrix` runs every cell and draws the table; `npm test` runs every daemon on the oldest Node, and the
// embedded one on the others.
import { describe } from 'node:test'
import { nodeMajors, nodeProgram } from '../../scripts/nodes.ts'
import { Conformance, daemonRows } from './support/conformance.ts'
import { real } from './support/lab.ts'

const every = process.env['TSMLD_MATRIX'] === 'all'
const [oldest] = nodeMajors

// Side by side: most of a stock daemon's start is waiting.
describe('each daemon: process, checkpoint, split, stop, resume', { concurrency: 6 }, () => {
  for (const row of daemonRows)
    for (const major of nodeMajors)
      if (every || major === oldest || row === daemonRows[0])
        real(`${row.name}, Node ${major}`, async lab => {
          await new Conformance(lab, row, nodeProgram(major)).live()
        })
})
