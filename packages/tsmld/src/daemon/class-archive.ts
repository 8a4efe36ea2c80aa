import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { asError, ConfigError } from '../errors.ts'
import type { JavaCommand } from './java-process.ts'

const run = promisify(execFile)

/** What an archive belongs to: the JVM itself checks it against both, and does without one that does not fit. */
export interface ClassArchiveOf {
  /** All that `java -version` prints. */
  readonly javaVersion: string
  readonly classpath: string
}

/** Where the archive of this Java and these jars lies, if it was made. */
export function classArchivePath(packageFolder: string, { javaVersion, classpath }: ClassArchiveOf): string {
  const key = createHash('sha256').update(`${javaVersion}\0${classpath}`).digest('hex').slice(0, 16)
  return join(packageFolder, 'class-archives', `${key}.jsa`)
}

/** The JVM's arguments for using the archive, none where it was not made. */
export function classArchiveArgs(path: string): readonly string[] {
  return existsSync(path) ? [`-XX:SharedArchiveFile=${path}`] : []
}

/**
 * Makes the archive at `path`: a JVM loads the daemon's classes and writes them there.
 * @returns how many classes were loaded.
 * @throws ConfigError when the folder cannot be written to, or the JVM fails.
 */
export async function makeClassArchive(
  { java, env }: Pick<JavaCommand, 'java' | 'env'>,
  classpath: string,
  path: string,
): Promise<number> {
  const fresh = `${path}.${String(process.pid)}`
  const args = [`-XX:ArchiveClassesAtExit=${fresh}`, '-Xlog:disable', '-cp', classpath, 'io.tsmld.daemon.ClassArchive']
  try {
    await mkdir(dirname(path), { recursive: true })
    const { stdout } = await run(java, args, { env, windowsHide: true })
    await rename(fresh, path)
    return Number(stdout)
  } catch (error) {
    throw new ConfigError(`Cannot make the class archive ${path}: ${asError(error).message}`, { cause: error })
  } finally {
    await rm(fresh, { force: true })
  }
}
