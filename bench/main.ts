// npm run bench: measures tsmld beside its peers. See bench/README.md.
import { runTool } from '../scripts/command-line.ts'
import { parseArguments, usage } from './cli/arguments.ts'
import { runBench } from './run.ts'

await runTool({
  name: 'bench',
  usage,
  parse: args => parseArguments(args, process.env),
  run: runBench,
  tellsStacks: process.env['DEBUG'] !== undefined,
})
