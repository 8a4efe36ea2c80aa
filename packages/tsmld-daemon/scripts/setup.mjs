// Builds the daemon's jars and gathers their dependencies, checked against jars.lock.json.
//   node scripts/setup.mjs                 does nothing when it was done before
//   node scripts/setup.mjs --update-lock   writes the lock and the licences anew, after a version changed
import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeLicenses } from './licenses.mjs'
import { differences, jarFileName } from './lock.mjs'
import { buildProject, sha256 } from './maven.mjs'
import { inputStamp, isBuilt } from './stamp.mjs'

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)))
const lockFile = join(packageFolder, 'jars.lock.json')
const thirdParty = 'org.codehaus.mojo:license-maven-plugin:2.5.0:add-third-party'

try {
  await main(process.argv.includes('--update-lock'))
} catch (error) {
  console.error(`jars: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

/** @param {boolean} updateLock */
async function main(updateLock) {
  if (!updateLock && (await isBuilt(packageFolder, await inputStamp(packageFolder)))) return
  ensureTools()
  console.error(
    'jars: building the daemon and gathering its jars (the first time downloads about 160 MB of Java libraries and Maven plugins)',
  )
  const lock = updateLock ? undefined : JSON.parse(await readFile(lockFile, 'utf8'))
  const build = (/** @type {string} */ folder, /** @type {Parameters<typeof buildProject>[1]} */ use) =>
    buildProject(join(packageFolder, folder), use)
  await build('stock/kcl2', kcl2 =>
    build('stock', kcl1 =>
      buildProject(
        packageFolder,
        async embedded => {
          const sets = { embedded: embedded.hashes, kcl1: kcl1.hashes, kcl2: kcl2.hashes }
          if (lock === undefined) {
            await writeFile(lockFile, `${JSON.stringify({ lockVersion: 1, sets }, null, 2)}\n`)
            await writeLicenses(packageFolder, embedded)
          } else {
            for (const [set, hashes] of Object.entries(sets)) refuse(set, differences(lock.sets[set], hashes))
          }
          const stamp = await inputStamp(packageFolder)
          await install(join(packageFolder, 'jars'), stamp, embedded, [embedded.ownJar, kcl1.ownJar])
          await install(join(packageFolder, 'stock', 'jars', 'kcl1'), stamp, kcl1, [])
          await install(join(packageFolder, 'stock', 'jars', 'kcl2'), stamp, kcl2, [])
        },
        updateLock ? [thirdParty, '-Dlicense.excludedScopes=test,provided'] : [],
      ),
    ),
  )
  // Archives of the jars that were there before.
  await rm(join(packageFolder, 'class-archives'), { recursive: true, force: true })
  console.error('jars: done')
}

/**
 * Puts a folder of jars in its place in one step, so that an interrupted run leaves no half of it.
 * @param {string} folder
 * @param {string} stamp
 * @param {{ libFolder: string, hashes: Record<string, string> }} built
 * @param {readonly string[]} ownJars
 */
async function install(folder, stamp, built, ownJars) {
  const fresh = `${folder}.${String(process.pid)}`
  await mkdir(fresh, { recursive: true })
  for (const coordinates of Object.keys(built.hashes)) {
    const name = jarFileName(coordinates)
    await copyFile(join(built.libFolder, name), join(fresh, name))
  }
  /** @type {Record<string, string>} */
  const own = {}
  for (const jar of ownJars) {
    own[basename(jar)] = await sha256(jar)
    await copyFile(jar, join(fresh, basename(jar)))
  }
  await writeFile(join(fresh, 'manifest.json'), `${JSON.stringify({ stamp, own }, null, 2)}\n`)
  await rm(folder, { recursive: true, force: true })
  await rename(fresh, folder)
}

/**
 * @param {string} set
 * @param {readonly string[]} sentences
 */
function refuse(set, sentences) {
  if (sentences.length === 0) return
  throw new Error(
    `the jars of "${set}" are not those of jars.lock.json, so nothing was installed:\n  ${sentences.join('\n  ')}\n` +
      'If a version was changed on purpose: npm run jars:lock -w tsmld-daemon, and review the difference.',
  )
}

function ensureTools() {
  const script = join(packageFolder, '..', '..', 'scripts', 'ensure-tools.mjs')
  execFileSync(process.execPath, [script], { stdio: 'inherit' })
}
