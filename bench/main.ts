// npm run bench: measures tsmld beside its peers. See bench/README.md.
import { parseArguments, UsageError, usage } from './cli/arguments.ts'
import { runBench } from './run.ts'

try {
  const options = parseArguments(process.argv.slice(2), process.env)
  if (options.help) process.stdout.write(usage)
  else await runBench(options)
} catch (error) {
  const { message, stack } = error as Error
  const isTold = error instanceof UsageError || process.env['DEBUG'] === undefined
  process.stderr.write(`bench: ${isTold ? message : stack}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
