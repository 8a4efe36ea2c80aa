// npm run chaos: shows that nothing is lost. See docs/chaos.md.
import { randomInt } from 'node:crypto'
import { runTool } from '../scripts/command-line.ts'
import { parseArguments, usage } from './cli/arguments.ts'
import { runSeeds } from './cli/run-seeds.ts'

// The SDK's word on Node 20, which tsmld supports, is not about this run.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

await runTool({
  name: 'chaos',
  usage,
  parse: args => parseArguments(args, () => randomInt(1, 1_000_000)),
  run: runSeeds,
})
