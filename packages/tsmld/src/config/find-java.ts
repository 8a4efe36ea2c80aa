import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { promisify } from 'node:util'
import {
  brokenJava,
  type JavaQuery,
  type JavaSource,
  javaCandidate,
  javaMajorVersion,
  noJava,
  oldestJava,
  oldJava,
} from './java-version.ts'

/** A Java that is new enough. */
export interface FoundJava {
  /** The program. */
  readonly path: string
  readonly major: number
  /** All that `java -version` prints. */
  readonly version: string
  readonly source: JavaSource
}

const run = promisify(execFile)

/** A JVM on a busy machine needs its time; one that needs longer hangs. */
const versionTimeoutMs = 30_000

/**
 * Finds Java by the option, `TSMLD_JAVA`, `JAVA_HOME` and the PATH: the first that is given counts, and no other is tried.
 * @throws ConfigError when there is none, when it does not run, or when it is older than 17.
 */
export async function findJava(query: Partial<JavaQuery> = {}): Promise<FoundJava> {
  const env = query.env ?? process.env
  const candidate = javaCandidate({ option: query.option, env, platform: query.platform ?? process.platform })
  const path = candidate.paths.find(isProgram)
  if (path === undefined) throw noJava(candidate)
  const { source } = candidate
  let output: string
  try {
    const { stdout, stderr } = await run(path, ['-version'], {
      env: { ...env },
      timeout: versionTimeoutMs,
      windowsHide: true,
    })
    output = `${stderr}\n${stdout}`
  } catch (error) {
    throw brokenJava(path, source, error)
  }
  const major = javaMajorVersion(output)
  if (major === null) throw brokenJava(path, source, undefined)
  if (major < oldestJava) throw oldJava(path, source, major)
  return { path, major, version: output, source }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
