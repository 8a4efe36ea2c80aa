// The folder of examples/cache-population, taken out of the repository as its README says.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'examples/cache-population')
const folder = await mkdtemp(join(tmpdir(), 'cache-copy-'))
after(() => rm(folder, { recursive: true }))

interface PackageJson {
  readonly name: string
  readonly version: string
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}
const packageOf = async (at: string) => JSON.parse(await readFile(join(at, 'package.json'), 'utf8')) as PackageJson

function run(command: string, args: readonly string[], cwd = folder) {
  const { PATH = '', HOME = '' } = process.env
  return new Promise<{ code: unknown; stdout: string; stderr: string }>(resolve => {
    execFile(command, args, { cwd, env: { PATH, HOME } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })
}

async function succeed(command: string, args: readonly string[], cwd?: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, args, cwd)
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`)
}

/** As `npm install` would leave it: tsmld as it is packed; the others are this repository's. */
async function install(names: readonly string[]): Promise<void> {
  await succeed(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'packages/tsmld'], root)
  await succeed('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, '--workspace', 'tsmld'], root)
  await mkdir(join(folder, 'node_modules/tsmld'), { recursive: true })
  await succeed('tar', ['-xzf', 'tsmld-0.1.0.tgz', '--strip-components=1', '-C', 'node_modules/tsmld'])
  for (const name of names) {
    const at = join(folder, 'node_modules', name)
    await mkdir(dirname(at), { recursive: true })
    await symlink(join(root, 'node_modules', name), at)
  }
}

test('the cache example, copied out of the repository, compiles by its own files and says what it needs', async () => {
  for (const name of await readdir(example))
    if (name !== 'lab') await cp(join(example, name), join(folder, name), { recursive: true })
  const { dependencies, devDependencies } = await packageOf(folder)
  const { tsmld: tarball, 'tsmld-daemon': daemonTarball, ...others } = { ...dependencies, ...devDependencies }
  for (const [name, version] of Object.entries(others))
    assert.equal(version, (await packageOf(join(root, 'node_modules', name))).version, `${name} is what was tried`)
  const daemon = await packageOf(join(root, 'packages/tsmld-daemon'))
  assert.equal(daemonTarball, `file:tsmld-daemon-${daemon.version}.tgz`)

  await install([...Object.keys(others), 'tsmld-daemon'])
  assert.ok((await readdir(folder)).some(name => tarball === `file:${name}`))
  await succeed(process.execPath, ['node_modules/typescript/bin/tsc'])
  for (const program of ['dist/worker.js', 'dist/seed-main.js']) {
    const { code, stderr } = await run(process.execPath, [program])
    assert.equal(code, 1)
    assert.match(stderr, /^The environment: there is no AWS_REGION, .*the guide: docs\/cache-population\.md\.\n$/)
  }
})

test('its image takes the packages that package.json names', async () => {
  const { dependencies } = await packageOf(example)
  const copied = /^COPY (package\.json .*) \.\/$/m.exec(await readFile(join(example, 'deploy/Dockerfile'), 'utf8'))?.[1]
  const tarballs = Object.values(dependencies).filter(version => version.startsWith('file:'))
  assert.equal(tarballs.length, 2)
  assert.deepEqual(copied?.split(' '), ['package.json', 'package-lock.json', ...tarballs.map(file => file.slice(5))])
})
