// Runs the checks and tests: `node scripts/test.mjs [lint|types|packages|java|unit|real …] [-- part of a test file's path …]`; without a name, all of them.
// Cheap checks first, Java's tests beside them; then all TypeScript tests in one run, so that the runner's own summary is the last thing printed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { globTests, lanesOf } from './test-files.mjs'

const bin = name => `node_modules/.bin/${name}`
const maven = pom => ['mvn', '-B', '-ntp', '-f', `packages/tsmld-daemon/${pom}`, 'test']
const mavenSummary = /Tests run: \d+, Failures: \d+, Errors: \d+, Skipped: \d+$|BUILD SUCCESS/

const checks = {
  lint: [
    [bin('biome'), 'check', '--error-on-warnings', '.'],
    [bin('eslint'), '.'],
  ],
  types: [[bin('tsc'), '-b']],
  packages: [
    [bin('knip'), '--no-config-hints', '--no-progress'],
    [bin('publint'), '--strict', 'packages/tsmld'],
    [bin('publint'), '--strict', 'packages/tsmld-local'],
    [bin('attw'), '--pack', 'packages/tsmld', '--profile', 'esm-only', '--no-color', '--format', 'ascii'],
  ],
}
const kinds = [...Object.keys(checks), 'java', 'unit', 'real']

const separator = process.argv.indexOf('--')
const names = process.argv.slice(2, separator === -1 ? undefined : separator)
const wanted = names.filter(name => kinds.includes(name))
const parts = names
  .filter(name => !kinds.includes(name))
  .concat(separator === -1 ? [] : process.argv.slice(separator + 1))
const runs = kind => wanted.length === 0 || wanted.includes(kind)

if (names.some(name => name.startsWith('-'))) {
  process.stderr.write(`Usage: node scripts/test.mjs [${kinds.join('|')} …] [-- part of a test file's path …]\n`)
  process.exit(names.includes('--help') ? 0 : 2)
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
Object.assign(process.env, {
  // The SDK's word on Node 20 is not about a test, and a warning fails one.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
})

const java = runs('java') ? javaTests() : undefined
// A failure before it is awaited is no unhandled rejection.
java?.catch(() => undefined)
try {
  for (const [kind, commands] of Object.entries(checks))
    if (runs(kind)) for (const command of commands) await quietly(`${kind}: ${command[0].split('/').at(-1)}`, command)
  await java
  if (runs('unit') || runs('real')) await nodeTests()
} catch (error) {
  // Java's tests may still run; the failure is what should be read last.
  await java?.catch(() => undefined)
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function javaTests() {
  await quietly('Java tests of the launcher of stock daemons', maven('stock/pom.xml'), mavenSummary)
  await quietly('Java tests', maven('pom.xml'), mavenSummary)
}

/** Runs a command, and shows its output only when it fails, or those lines of it that match `summary`. */
async function quietly(title, [command, ...args], summary) {
  const start = Date.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', piece => (output += piece))
  const code = await exitOf(child, command)
  if (code !== 0) {
    process.stdout.write(output)
    throw new Error(`✖ ${title} failed.`)
  }
  process.stdout.write(`✔ ${title} (${((Date.now() - start) / 1000).toFixed(1)} s)\n`)
  if (summary !== undefined)
    for (const line of output.split('\n')) if (summary.test(line)) process.stdout.write(`  ${line}\n`)
}

async function nodeTests() {
  const isOf = kind => (runs(kind) ? globTests(kind) : [])
  // The unit tests come first: they are quick to fail.
  const files = [...isOf('unit'), ...isOf('real')].filter(
    file => parts.length === 0 || parts.some(part => file.includes(part)),
  )
  if (files.length === 0) throw new Error('No test file matches.')
  const stack = files.some(file => file.startsWith('test/real/')) ? await startStack() : undefined
  try {
    const args = ['--conditions=tsmld-source', '--import', 'tsx', '--import', './test/fail-on-warning.mjs']
    // Of a test, and of a file.
    const timeout = 240_000
    const lanes = lanesOf(files).map(lane => ({ ...lane, timeout }))
    const child = spawn(
      process.execPath,
      [...args, `--test-timeout=${timeout}`, 'scripts/test-lanes.mjs', JSON.stringify(lanes)],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    )
    if ((await exitOf(child, 'the tests')) !== 0) process.exitCode = 1
  } finally {
    stack?.stdin.end()
    if (stack !== undefined) await stack.ended
  }
}

/** Starts the local stack that all real tests share, in a process of its own; the environment then names its endpoints. */
async function startStack() {
  const args = ['--conditions=tsmld-source', '--import', 'tsx', 'scripts/local-stack.mjs']
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [line] = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data'),
    ended.then(() => Promise.reject(new Error('✖ The local stack did not start.'))),
  ])
  Object.assign(process.env, JSON.parse(line))
  return { stdin: child.stdin, ended }
}

async function exitOf(child, command) {
  const [code] = await once(child, 'close').catch(error => {
    throw new Error(`✖ ${command} could not be run: ${error.message}`)
  })
  return code
}
