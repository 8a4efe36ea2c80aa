// Everything that `npm ci` cannot bring: tools, the daemons' jars, the archive of their classes, DynamoDB Local. Each step is silent and quick when its work was done before.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = ['--conditions=tsmld-source', '--import', 'tsx']
const steps = [
  ['scripts/ensure-tools.mjs', ...process.argv.slice(2)],
  ['packages/tsmld-daemon/scripts/setup.mjs'],
  [...source, 'packages/tsmld-local/scripts/fetch-dynamodb-local.mjs'],
  [...source, 'examples/cache-population/lab/fetch-redis.ts'],
]
const archive = [...source, 'packages/tsmld/src/cli/main.ts', 'prepare']

// The other Nodes are for the conformance matrix only.
if (process.argv.includes('--all')) steps.push([...source, 'scripts/nodes.ts'])

for (const step of steps) run(step, 'inherit')
// It saves each of the many JVMs that follow 2 s of a processor.
if (!existsSync(`${root}packages/tsmld-daemon/class-archives`)) run(archive, 'ignore')

function run(step, stdout) {
  const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: ['ignore', stdout, 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
