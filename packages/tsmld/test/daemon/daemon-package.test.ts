import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const source = fileURLToPath(new URL('../../src/daemon/daemon-package.ts', import.meta.url))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tsmld-bundle-test-')))
after(() => {
  rmSync(folder, { recursive: true })
})

const installed = join(folder, 'node_modules', 'tsmld-daemon')
mkdirSync(installed, { recursive: true })
writeFileSync(join(installed, 'package.json'), '{"name":"tsmld-daemon","version":"0.0.0"}')

function runBundle(format: 'esm' | 'cjs', cwd: string): string {
  const outfile = join(folder, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs')
  const contents = `import { daemonPackageFolder } from ${JSON.stringify(source)}\nconsole.log(daemonPackageFolder())`
  buildSync({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    platform: 'node',
    format,
    outfile,
    logLevel: 'silent',
  })
  return execFileSync(process.execPath, [outfile], { cwd, encoding: 'utf8' }).trim()
}

for (const format of ['esm', 'cjs'] as const) {
  test(`a bundle as ${format} finds the daemon's package beside itself, whatever the working directory`, () => {
    assert.equal(runBundle(format, tmpdir()), installed)
  })
}
