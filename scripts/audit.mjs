// `npm run audit`: asks for known vulnerabilities of all that the packages bring into production: npm's registry for the npm packages, and a scanner on the PATH (osv-scanner, grype or
// trivy) for the jars, by their list of materials. What cannot be asked is said, and is never taken for clean: exit code 2.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { exitCodeOf, npmVerdict, scannerVerdict } from './audit-verdict.mjs'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const tell = what => process.stderr.write(`${what}…\n`)
const run = (command, args) => spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 })

// Each of them exits with another code than 0 where it finds something.
const scanners = {
  'osv-scanner': file => ['scan', 'source', '--lockfile', file],
  grype: file => [`sbom:${file}`, '--fail-on', 'low', '--quiet'],
  trivy: file => ['sbom', '--exit-code', '1', '--quiet', file],
}
const scanner = Object.keys(scanners).find(name => run('sh', ['-c', `command -v ${name}`]).status === 0) ?? null

tell('listing what the packages bring')
const sbom = run(process.execPath, ['scripts/sbom.mjs'])
if (sbom.status !== 0) {
  process.stderr.write(sbom.stderr)
  process.exit(2)
}
tell("asking npm's registry")
const verdicts = [npmVerdict(run('npm', ['audit', '--omit', 'dev', '--json']).stdout)]
// Each list of jars that was made, which it prints one a line.
for (const [file] of sbom.stdout.matchAll(/^sbom\/maven[^:]*/gm)) {
  if (scanner !== null) tell(`asking ${scanner} of ${file}`)
  const exit = scanner === null ? null : run(scanner, scanners[scanner](file))
  verdicts.push(
    scannerVerdict(scanner, file, exit === null ? null : { status: exit.status, output: exit.stdout + exit.stderr }),
  )
}
for (const { sentence } of verdicts) process.stdout.write(`${sentence}\n`)
process.exitCode = exitCodeOf(verdicts)
