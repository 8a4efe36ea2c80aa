import { runTool } from '../scripts/command-line.ts'
import { type FuzzArguments, parseArguments, usage } from './cli/arguments.ts'
import { replay } from './cli/replay.ts'
import { runJava } from './cli/run-java.ts'
import { runTargets } from './cli/run-targets.ts'
import { catchRejections } from './engine/rejections.ts'

catchRejections()
await runTool({ name: 'fuzz', usage, parse: parseArguments, run })

async function run(options: FuzzArguments): Promise<void> {
  if (options.java) process.exitCode = (await runJava(options)) ? 0 : 1
  else if (options.replay !== null) await replay(options.replay, options.targets?.[0] ?? null)
  else {
    // Most inputs are refused by an error, whose stack nobody reads; a replay has it.
    Error.stackTraceLimit = 0
    if (!(await runTargets(options))) process.exitCode = 1
  }
}
