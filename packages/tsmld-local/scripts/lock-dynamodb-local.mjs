// Writes dynamodb-local/jars.lock.json anew, from the pom beside it: run it after a change of version, and read the difference.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const pomFolder = fileURLToPath(new URL('../dynamodb-local/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tsmld-lock-'))
try {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
  const layout = ['-DincludeScope=runtime', '-Dmdep.useRepositoryLayout=true', `-DoutputDirectory=${folder}`]
  execFileSync('mvn', ['-q', '-B', '-f', join(pomFolder, 'pom.xml'), goal, ...layout], { stdio: 'inherit' })
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(path => path.split(/[\\/]/))
    .filter(parts => /\.(jar|so|dll|dylib)$/.test(parts.at(-1)))
    .map(parts => {
      const [artifact, version, file] = parts.slice(-3)
      const coordinates = [parts.slice(0, -3).join('.'), artifact, file.split('.').at(-1), version].join(':')
      return [
        coordinates,
        createHash('sha256')
          .update(readFileSync(join(folder, ...parts)))
          .digest('hex'),
      ]
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(join(pomFolder, 'jars.lock.json'), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`)
  process.stdout.write(`${entries.length} files locked\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
