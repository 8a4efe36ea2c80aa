import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { KclVersion } from '../config/normalized-stream.ts'
import { ConfigError } from '../errors.ts'
import { daemonPackageFolder } from './daemon-package.ts'
import { type JarLock, jarFileName, readJarLock, readOwnJars } from './jar-lock.ts'

/** What stands after `-cp`. */
export interface VerifiedJars {
  readonly classpath: string
}

const daemonJar = 'tsmld-daemon.jar'
const launcherJar = 'tsmld-stock-launcher.jar'

/**
 * Checks the embedded daemon's jars against the lock: exactly those, each with its SHA-256; other files in their folder are never used.
 * @throws ConfigError when the jars, or one of them, are missing or altered.
 */
export async function verifyJars(packageFolder?: string): Promise<VerifiedJars> {
  const { own, embedded } = await embeddedJars(packageFolder ?? daemonPackageFolder())
  return verified([jar(own, daemonJar), ...embedded])
}

/**
 * Checks the jars of a stock daemon, our launcher first. KCL 3's MultiLangDaemon is in the embedded daemon's jars; those of KCL 1 and 2 come from
 * the repository's build only. Jars that the user gave (`classpath`) are used as they are.
 * @throws ConfigError when they are missing or altered.
 */
export async function verifyStockJars(
  kcl: KclVersion,
  given: readonly string[] | null,
  packageFolder = daemonPackageFolder(),
): Promise<VerifiedJars> {
  const { own, embedded, kcl1, kcl2 } = await embeddedJars(packageFolder)
  const launcher = jar(own, launcherJar)
  if (given !== null) {
    const { classpath } = await verified([launcher])
    return { classpath: [classpath, ...given].join(delimiter) }
  }
  return verified([launcher, ...{ 1: kcl1, 2: kcl2, 3: embedded }[kcl]])
}

interface Jar {
  readonly path: string
  readonly sha256: string
  /** What to do when it is missing. */
  readonly remedy: string
}

const reinstall = 'install tsmld-daemon again (in a clone of the repository: npm run setup)'
const buildOrGive =
  "they are not in the npm package: run npm run setup in a clone of the repository, or give 'classpath'"

async function embeddedJars(folder: string): Promise<Record<'own' | keyof JarLock, Jar[]>> {
  const lock = await readJarLock(join(folder, 'jars.lock.json'))
  const locked = (jars: Readonly<Record<string, string>>, place: string, remedy: string): Jar[] =>
    Object.entries(jars).map(([coordinates, sha256]) => ({
      path: join(folder, place, jarFileName(coordinates)),
      sha256,
      remedy,
    }))
  const own = await readOwnJars(join(folder, 'jars', 'manifest.json'))
  return {
    own: Object.entries(own).map(([name, sha256]) => ({ path: join(folder, 'jars', name), sha256, remedy: reinstall })),
    embedded: locked(lock.embedded, 'jars', reinstall),
    kcl1: locked(lock.kcl1, join('stock', 'jars', 'kcl1'), buildOrGive),
    kcl2: locked(lock.kcl2, join('stock', 'jars', 'kcl2'), buildOrGive),
  }
}

function jar(own: readonly Jar[], name: string): Jar {
  const found = own.find(each => each.path.endsWith(name))
  if (found === undefined) throw new ConfigError(`${name} is not in the manifest of tsmld-daemon's jars: ${reinstall}`)
  return found
}

async function verified(jars: readonly Jar[]): Promise<VerifiedJars> {
  await Promise.all(jars.map(verifyJar))
  return { classpath: jars.map(({ path }) => path).join(delimiter) }
}

/** The jars found right in this process, as they were then: a JVM that starts again reads no jar anew. */
const known = new Map<string, string>()

async function verifyJar({ path, sha256, remedy }: Jar): Promise<void> {
  if (path.includes(delimiter))
    throw new ConfigError(`A class path cannot hold '${delimiter}', which is in ${path}: move the folder`)
  const file = await stat(path, { bigint: true }).catch(() => undefined)
  if (file === undefined) throw new ConfigError(`The jar ${path} is missing: ${remedy}`)
  const seen = `${sha256} ${String(file.size)} ${String(file.mtimeNs)} ${String(file.ctimeNs)} ${String(file.ino)}`
  if (known.get(path) === seen) return
  const found = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  if (found !== sha256)
    throw new ConfigError(`The jar ${path} is altered, its SHA-256 is not the locked one: ${reinstall}`)
  known.set(path, seen)
}
