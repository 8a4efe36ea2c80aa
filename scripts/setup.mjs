// Everything that `npm ci` cannot bring: tools, the daemons' jars, DynamoDB Local. Each step is silent and quick when its work was done before.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = ['--conditions=tsmld-source', '--import', 'tsx']
const steps = [
  ['scripts/ensure-tools.mjs', ...process.argv.slice(2)],
  ['packages/tsmld-daemon/scripts/setup.mjs'],
  [...source, 'packages/tsmld-local/scripts/fetch-dynamodb-local.mjs'],
]

for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
