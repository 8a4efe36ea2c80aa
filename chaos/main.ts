// npm run chaos: shows that nothing is lost. See docs/chaos.md.
import { randomInt } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { startLocalStack } from 'tsmld-local'
import { runTool } from '../scripts/command-line.ts'
import { setUp } from '../scripts/set-up.ts'
import { type ChaosOptions, parseArguments, usage } from './cli/arguments.ts'
import { consoleObserver, describeAll, describeOutcome, describePlan } from './cli/console.ts'
import { planOf } from './plan/plan.ts'
import { earlierRuns, jsonLine, type Outcome } from './report/outcome.ts'
import { runSeed } from './run/run-seed.ts'

// The SDK's word on Node 20, which tsmld supports, is not about this run.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

await runTool({ name: 'chaos', usage, parse: args => parseArguments(args, () => randomInt(1, 1_000_000)), run })

async function run(options: ChaosOptions): Promise<void> {
  const write = (text: string): void => {
    ;(options.json ? process.stderr : process.stdout).write(`${text}\n`)
  }
  const { out } = options
  const earlier = earlierRuns(out !== null && existsSync(out) ? readFileSync(out, 'utf8') : '')
  const plans = options.seeds.filter(seed => !earlier.has(seed)).map(seed => planOf({ ...options, seed }))
  if (options.dry) {
    for (const plan of plans) write(describePlan(plan))
    return
  }
  for (const seed of options.seeds.filter(each => earlier.get(each) === false)) {
    write(`seed ${seed}: NOT OK in ${out}`)
    process.exitCode = 1
  }
  setUp()
  await using stack = await startLocalStack({ onProgress: write, shardLimit: 1_000 })
  const outcomes: Outcome[] = []
  for (const plan of plans) {
    write(describePlan(plan))
    const outcome = await runSeed(plan, stack, consoleObserver(write))
    outcomes.push(outcome)
    write(describeOutcome(outcome))
    if (out !== null) appendFileSync(out, `${jsonLine(outcome)}\n`)
    if (options.json) process.stdout.write(`${jsonLine(outcome)}\n`)
  }
  if (outcomes.length > 1) write(describeAll(outcomes))
  if (outcomes.some(({ findings }) => findings.length > 0)) process.exitCode = 1
}
