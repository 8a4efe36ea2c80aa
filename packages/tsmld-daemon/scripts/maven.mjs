import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { cp, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { clashingFileNames, jarFileName, parseDependencyList } from './lock.mjs'

/**
 * Builds one Maven project beside its folder, so that a developer's own `target` is left alone, and hands its jars to `use`.
 * @template T
 * @param {string} projectFolder
 * @param {(built: { ownJar: string, libFolder: string, hashes: Record<string, string>, folder: string }) => Promise<T>} use
 * @param {readonly string[]} [moreGoals]
 * @returns {Promise<T>}
 */
export async function buildProject(projectFolder, use, moreGoals = []) {
  const folder = await mkdtemp(join(tmpdir(), 'tsmld-jars-'))
  const clear = () => {
    rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', clear).on('SIGINT', interrupted).on('SIGTERM', interrupted)
  try {
    await cp(join(projectFolder, 'pom.xml'), join(folder, 'pom.xml'))
    const source = join(projectFolder, 'src', 'main')
    if (existsSync(source)) await cp(source, join(folder, 'src', 'main'), { recursive: true })
    await maven(folder, [
      'package',
      'dependency:list',
      'dependency:copy-dependencies',
      ...moreGoals,
      '-Dmaven.test.skip=true',
      '-DincludeScope=runtime',
      '-DoutputFile=target/dependencies.txt',
      '-DoutputDirectory=target/lib',
    ])
    const target = join(folder, 'target')
    const coordinates = parseDependencyList(await readFile(join(target, 'dependencies.txt'), 'utf8'))
    const clashes = clashingFileNames(coordinates)
    if (coordinates.length === 0 || clashes.length > 0) {
      throw new Error(
        `Maven resolved ${String(coordinates.length)} jars of ${projectFolder}; clashing: ${clashes.join(', ')}`,
      )
    }
    const libFolder = join(target, 'lib')
    /** @type {Record<string, string>} */
    const hashes = {}
    for (const each of coordinates) hashes[each] = await sha256(join(libFolder, jarFileName(each)))
    const artifactId = /<artifactId>(tsmld-[\w-]+)<\/artifactId>/.exec(
      await readFile(join(folder, 'pom.xml'), 'utf8'),
    )?.[1]
    return await use({ ownJar: join(target, `${String(artifactId)}.jar`), libFolder, hashes, folder })
  } finally {
    process.off('exit', clear).off('SIGINT', interrupted).off('SIGTERM', interrupted)
    clear()
  }
}

/** @param {NodeJS.Signals} signal */
function interrupted(signal) {
  process.exit(signal === 'SIGINT' ? 130 : 143)
}

/** @param {string} file */
export async function sha256(file) {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

const progressIntervalMs = 10_000

/**
 * Runs Maven, and says every few seconds how far its downloads are: the first time they take a while.
 * @param {string} folder
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
function maven(folder, args) {
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', ['-B', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    /** @type {string[]} */
    let lastLines = []
    let downloads = 0
    let told = 0
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.includes('Downloaded from ')) downloads += 1
      else if (!line.includes('Downloading from ')) lastLines = [...lastLines.slice(-40), line]
    })
    createInterface({ input: child.stderr }).on('line', line => {
      lastLines = [...lastLines.slice(-40), line]
    })
    const from = performance.now()
    const progress = setInterval(() => {
      const seconds = String(Math.round((performance.now() - from) / 1000))
      console.error(
        downloads > told ? `jars: ${String(downloads)} files downloaded` : `jars: Maven still builds, ${seconds} s`,
      )
      told = downloads
    }, progressIntervalMs)
    child.on('error', cause => {
      clearInterval(progress)
      reject(new Error('Maven could not be started; install it (Debian, Ubuntu: apt-get install maven)', { cause }))
    })
    child.on('close', code => {
      clearInterval(progress)
      if (code === 0) resolve()
      else reject(new Error(`Maven failed with code ${String(code)}:\n${lastLines.join('\n')}`))
    })
  })
}
