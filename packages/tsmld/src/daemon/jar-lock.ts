import { readFile } from 'node:fs/promises'
import { ConfigError } from '../errors.ts'

/** Coordinates (`group:artifact:version[:classifier]`) and the SHA-256 of each jar. */
export type LockedJars = Readonly<Record<string, string>>

/** What `jars.lock.json` holds, a set of jars a program. */
export interface JarLock {
  readonly embedded: LockedJars
  readonly kcl1: LockedJars
  readonly kcl2: LockedJars
}

/**
 * Reads the lock of the jars of others.
 * @throws ConfigError when it cannot be read.
 */
export async function readJarLock(file: string): Promise<JarLock> {
  const sets = field(await readJson(file), 'sets')
  const set = (name: keyof JarLock): LockedJars => hashes(file, field(sets, name))
  return { embedded: set('embedded'), kcl1: set('kcl1'), kcl2: set('kcl2') }
}

/**
 * Reads which jars of our own were built, and with what hash: they change with every build, so the build writes this and not the lock.
 * @throws ConfigError when it cannot be read, which is so before the first build.
 */
export async function readOwnJars(file: string): Promise<LockedJars> {
  return hashes(file, field(await readJson(file), 'own'))
}

/** The file name that Maven gives a jar. */
export function jarFileName(coordinates: string): string {
  const [, artifactId, version, classifier] = coordinates.split(':')
  return `${String(artifactId)}-${String(version)}${classifier === undefined ? '' : `-${classifier}`}.jar`
}

async function readJson(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(
      `The daemon's jars are missing (no ${file}): install tsmld-daemon again (in a clone of the repository: npm run setup)`,
      {
        cause,
      },
    )
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConfigError(`${file} is damaged: install tsmld-daemon again`, { cause })
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

function hashes(file: string, value: unknown): LockedJars {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  // Coordinates become file names: nothing in them may lead out of the folder.
  const sound = entries.every(
    ([name, hash]) => /^[\w.:-]+$/.test(name) && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash),
  )
  if (entries.length === 0 || !sound) throw new ConfigError(`${file} is damaged: install tsmld-daemon again`)
  return Object.fromEntries(entries)
}
