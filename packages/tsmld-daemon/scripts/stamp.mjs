import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { jarFileName } from './lock.mjs'
import { sha256 } from './maven.mjs'

/**
 * A digest of all that the jars are made from: when it is the same, there is nothing to build.
 * @param {string} packageFolder
 */
export async function inputStamp(packageFolder) {
  const inputs = [
    'pom.xml',
    'jars.lock.json',
    'src/main',
    'stock/pom.xml',
    'stock/src/main',
    'stock/kcl2/pom.xml',
    'scripts',
  ]
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of await filesUnder(join(packageFolder, input))) {
      hash.update(`${relative(packageFolder, file)}\0`).update(await readFile(file))
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} path a file or a folder
 * @returns {Promise<string[]>}
 */
async function filesUnder(path) {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return []
  if (found.isFile()) return [path]
  const names = (await readdir(path)).sort()
  return (await Promise.all(names.map(name => filesUnder(join(path, name))))).flat()
}

/**
 * Whether a build with this stamp lies there, whole: a jar that was altered or removed is built again.
 * @param {string} packageFolder
 * @param {string} stamp
 */
export async function isBuilt(packageFolder, stamp) {
  const { sets } = JSON.parse(await readFile(join(packageFolder, 'jars.lock.json'), 'utf8'))
  const folders = [
    { folder: join(packageFolder, 'jars'), locked: sets.embedded },
    { folder: join(packageFolder, 'stock', 'jars', 'kcl1'), locked: sets.kcl1 },
    { folder: join(packageFolder, 'stock', 'jars', 'kcl2'), locked: sets.kcl2 },
  ]
  for (const { folder, locked } of folders) {
    const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => '{}')
    const manifest = JSON.parse(text)
    if (manifest.stamp !== stamp) return false
    const jars = Object.entries(locked).map(([coordinates, hash]) => [jarFileName(coordinates), hash])
    for (const [name, hash] of [...jars, ...Object.entries(manifest.own)]) {
      const found = await sha256(join(folder, name)).catch(() => undefined)
      if (found !== hash) return false
    }
  }
  return true
}
