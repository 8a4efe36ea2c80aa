// npm run soak: whether anything grows that must not. See docs/reliability.md.
import { runTool } from '../scripts/command-line.ts'
import { setUp } from '../scripts/set-up.ts'
import { parseArguments, type SoakOptions, usage } from './cli/arguments.ts'
import { describe } from './report/print.ts'
import { runSoak } from './run/run-soak.ts'

// Node 20 is what tsmld still supports; the SDK's word on it is not about a soak.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

await runTool({ name: 'soak', usage, parse: parseArguments, run })

async function run({ minutes, json }: SoakOptions): Promise<void> {
  setUp()
  const soak = await runSoak(minutes, what => process.stderr.write(`${what}\n`))
  process.stdout.write(describe(soak))
  if (json) process.stdout.write(`${JSON.stringify({ ...soak.outcome, events: soak.events })}\n`)
  process.exitCode = soak.outcome.ok ? 0 : 1
}
