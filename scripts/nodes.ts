// The Nodes of the conformance matrix, beside the one that runs this: npm's packages of Node's own binaries, in `.cache/nodes`, checked against nodes.lock.json.
//   node --import tsx scripts/nodes.ts     installs those that are missing; silent when all are there
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.cache', 'nodes')
const platform = `${process.platform}-${process.arch}`

/** The major versions that tsmld supports, oldest first. */
export const nodeMajors = [20, 22, 24] as const

/** The program of a major version: this process's own where it is one, else the locked one. */
export function nodeProgram(major: number): string {
  if (process.version.startsWith(`v${major}.`)) return process.execPath
  return join(cache, locked(major).version, 'bin', 'node')
}

function locked(major: number): { readonly version: string; readonly integrity: string } {
  const text = readFileSync(join(root, 'scripts', 'nodes.lock.json'), 'utf8')
  const lock = JSON.parse(text) as Readonly<Record<string, Readonly<Record<string, string>>>>
  const found = Object.entries(lock[platform] ?? {}).find(([version]) => version.startsWith(`${major}.`))
  if (found === undefined)
    throw new Error(`nodes: Node ${major} for ${platform} is not in scripts/nodes.lock.json: add its package there`)
  const [version, integrity] = found
  return { version, integrity }
}

function install(major: number): void {
  if (existsSync(nodeProgram(major))) return
  const { version, integrity } = locked(major)
  console.error(`nodes: fetching Node ${version}, about 50 MB`)
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'fetching-'))
  try {
    const options = ['--silent', '--pack-destination', folder]
    const file = execFileSync('npm', ['pack', `node-${platform}@${version}`, ...options], { encoding: 'utf8' }).trim()
    const archive = join(folder, file)
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (found !== integrity) throw new Error(`nodes: ${file} is not the package that was locked (its SHA-512 differs)`)
    execFileSync('tar', ['-xzf', archive, '-C', folder, 'package/bin/node'])
    rmSync(join(cache, version), { recursive: true, force: true })
    renameSync(join(folder, 'package'), join(cache, version))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const major of nodeMajors) install(major)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
