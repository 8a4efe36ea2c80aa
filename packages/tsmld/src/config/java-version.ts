import { ConfigError } from '../errors.ts'

/** The oldest Java that the daemon runs on. */
export const oldestJava = 17

/** Reads the major version out of what `java -version` prints: 8 from `1.8.0_392`, 21 from `21-ea`; null from anything else. */
export function javaMajorVersion(output: string): number | null {
  const match = /^\S+ version "(?:1\.)?(\d+)[^"]*"/m.exec(output)
  return match?.[1] === undefined ? null : Number(match[1])
}

/** Where Java is looked for: the first of these that is given counts, and only that one. */
export type JavaSource = 'option' | 'TSMLD_JAVA' | 'JAVA_HOME' | 'PATH'

/** A place where `java` may be; the first of its `paths` that is a program counts. */
export interface JavaCandidate {
  readonly source: JavaSource
  /** What was given: a program, a Java home, or the PATH. */
  readonly given: string
  readonly paths: readonly string[]
}

/** What decides where Java is looked for. */
export interface JavaQuery {
  /** The option `javaPath`: a program or a Java home. */
  readonly option?: string | null | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
}

/** The place where Java is looked for, by option, `TSMLD_JAVA`, `JAVA_HOME` and PATH, in this order. */
export function javaCandidate({ option, env, platform }: JavaQuery): JavaCandidate {
  const windows = platform === 'win32'
  const separator = windows ? '\\' : '/'
  const program = windows ? 'java.exe' : 'java'
  const inHome = (home: string): string => [home.replace(/[\\/]+$/, ''), 'bin', program].join(separator)
  if (option !== undefined && option !== null)
    return { source: 'option', given: option, paths: [inHome(option), option] }
  const named = env['TSMLD_JAVA']
  if (named !== undefined && named !== '') return { source: 'TSMLD_JAVA', given: named, paths: [inHome(named), named] }
  const home = env['JAVA_HOME']
  if (home !== undefined && home !== '') return { source: 'JAVA_HOME', given: home, paths: [inHome(home)] }
  // Windows spells it `Path`, and an object copied from process.env is no longer blind to case.
  const path = env['PATH'] ?? Object.entries(env).find(([name]) => windows && name.toUpperCase() === 'PATH')?.[1] ?? ''
  const folders = path.split(windows ? ';' : ':').filter(folder => folder !== '')
  return {
    source: 'PATH',
    given: path,
    paths: folders.map(folder => `${folder.replace(/[\\/]+$/, '')}${separator}${program}`),
  }
}

const install = `install Java ${oldestJava} or newer (Debian, Ubuntu: apt-get install openjdk-17-jre-headless), or name one by the option javaPath, TSMLD_JAVA or JAVA_HOME`

/** There is no `java` where it was looked for. */
export function noJava({ source, given }: JavaCandidate): ConfigError {
  const where = {
    option: `at javaPath '${given}'`,
    TSMLD_JAVA: `at TSMLD_JAVA '${given}'`,
    JAVA_HOME: `in JAVA_HOME '${given}'`,
    PATH: 'on the PATH',
  }
  return new ConfigError(`No Java was found ${where[source]}: ${install}`)
}

/** The `java` that was found does not run, or does not say a version. */
export function brokenJava(path: string, source: JavaSource, cause: unknown): ConfigError {
  return new ConfigError(
    `The Java at ${path} (from ${from(source)}) does not run or does not tell its version: ${install}`,
    { cause },
  )
}

/** The `java` that was found is too old. */
export function oldJava(path: string, source: JavaSource, major: number): ConfigError {
  return new ConfigError(
    `The Java at ${path} (from ${from(source)}) is Java ${major}, and tsmld needs ${oldestJava} or newer: ${install}`,
  )
}

function from(source: JavaSource): string {
  return source === 'option' ? 'the option javaPath' : source === 'PATH' ? 'the PATH' : source
}
