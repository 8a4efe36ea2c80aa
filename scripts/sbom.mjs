// `npm run sbom`: lists all that the packages bring into a production, as CycloneDX files in `sbom/`, for scanners such as grype, trivy or osv-scanner.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const daemon = join(root, 'packages/tsmld-daemon')
const folder = join(root, 'sbom')
const plugin = 'org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom'

mkdirSync(folder, { recursive: true })
try {
  const packages = ['--omit', 'dev', '-w', 'tsmld', '-w', 'tsmld-daemon']
  writeFileSync(join(folder, 'npm.cdx.json'), run('npm', ['sbom', '--sbom-format', 'cyclonedx', ...packages]))
  const { sets } = JSON.parse(readFileSync(join(daemon, 'jars.lock.json'), 'utf8'))
  tell('npm.cdx.json', componentsOf('npm.cdx.json').length)
  for (const [name, pom, locked] of [
    ['maven.cdx.json', 'pom.xml', sets.embedded],
    ['maven-stock.cdx.json', 'stock/pom.xml', {}],
    ['maven-stock-kcl2.cdx.json', 'stock/kcl2/pom.xml', sets.kcl2],
  ]) {
    const options = ['-DoutputFormat=json', '-DincludeTestScope=false', `-DoutputDirectory=${folder}`]
    const output = `-DoutputName=${name.replace(/\.json$/, '')}`
    run('mvn', ['-B', '-ntp', '-q', '-f', join(daemon, pom), plugin, ...options, output])
    const listed = componentsOf(name)
    const missing = Object.entries(locked).filter(([at, sha256]) => !holds(listed, at, sha256))
    if (missing.length > 0)
      throw new Error(`${name} lacks jars of jars.lock.json: ${missing.map(([at]) => at).join(', ')}`)
    tell(name, listed.length)
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (error !== undefined) throw new Error(`Cannot run ${command}: ${error.message}. \`npm run setup\` installs it.`)
  if (status !== 0) throw new Error(`${command} ${args[0]} failed:\n${stdout}${stderr}`)
  return stdout
}

function componentsOf(name) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')).components
}

/** Whether a list has the very jar that the lock names. */
function holds(components, at, sha256) {
  return components.some(
    ({ group, name, version, hashes = [] }) =>
      at.startsWith(`${group}:${name}:`) &&
      at.endsWith(`:${version}`) &&
      hashes.some(({ content }) => content === sha256),
  )
}

function tell(name, components) {
  process.stdout.write(`sbom/${name}: ${components} components\n`)
}
