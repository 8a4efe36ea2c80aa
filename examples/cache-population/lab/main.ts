// `npm run example:cache`: the whole job on this machine, with everything killed that can be. See docs/cache-population.md.
import { parseArgs } from 'node:util'
import { setUp } from '../../../scripts/set-up.ts'
import { bench } from './bench.ts'
import { prove } from './proof.ts'
import { renderReport } from './report.ts'

// The SDK's word on Node 20 is not about this example.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

const usage = `Usage: npm run example:cache [-- [--short] [--json] | --bench]

  --short  2,000 items instead of 50,000, and no wipe
  --json   prints the verdict as one line of JSON, the last line of stdout
  --bench  measures the Redis flusher alone
`
const full = { items: 50_000, increments: 20_000, fullSpeedMs: 20_000, steadyMs: 20_000, wipes: true }
const short = { items: 2_000, increments: 2_000, fullSpeedMs: 6_000, steadyMs: 3_000, wipes: false }

try {
  const boolean = { type: 'boolean' } as const
  const { values } = parseArgs({ options: { short: boolean, json: boolean, bench: boolean, help: boolean } })
  if (values.help === true) process.stdout.write(usage)
  else {
    setUp()
    if (values.bench === true) await bench(line => process.stdout.write(`${line}\n`))
    else await run(values.short === true ? short : full, values.json === true)
  }
} catch (error) {
  const { message, code } = error as Error & { code?: string }
  const isUsage = code?.startsWith('ERR_PARSE_ARGS') === true
  process.stderr.write(isUsage ? `${message}\n\n${usage}` : `${message}\n`)
  process.exitCode = isUsage ? 2 : 1
}

async function run(size: typeof full, isJson: boolean): Promise<void> {
  const out = isJson ? process.stderr : process.stdout
  const started = performance.now()
  const say = (text: string) =>
    out.write(`${((performance.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${text}\n`)
  let toldAt = 0
  const report = await prove(size, {
    enter: say,
    progress: text => {
      if (performance.now() - toldAt < 2_000) return
      toldAt = performance.now()
      say(`  ${text}`)
    },
  })
  out.write(
    renderReport(report)
      .map(line => `${line}\n`)
      .join(''),
  )
  if (isJson) process.stdout.write(`${JSON.stringify(report)}\n`)
  process.exitCode = report.ok ? 0 : 1
}
