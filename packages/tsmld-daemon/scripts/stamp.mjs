import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

/**
 * A digest of all that the jars are made from: when it is the same, there is nothing to build.
 * @param {string} packageFolder
 */
export async function inputStamp(packageFolder) {
  const inputs = ['pom.xml', 'jars.lock.json', 'src/main', 'stock/pom.xml', 'stock/src/main', 'scripts']
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
 * Whether a finished build with this stamp lies there; the jars' own hashes are checked by whoever starts a daemon.
 * @param {string} packageFolder
 * @param {string} stamp
 */
export async function isBuilt(packageFolder, stamp) {
  const manifests = [
    join(packageFolder, 'jars', 'manifest.json'),
    join(packageFolder, 'stock', 'jars', 'kcl1', 'manifest.json'),
  ]
  for (const file of manifests) {
    const text = await readFile(file, 'utf8').catch(() => '{}')
    if (JSON.parse(text).stamp !== stamp) return false
  }
  return true
}
