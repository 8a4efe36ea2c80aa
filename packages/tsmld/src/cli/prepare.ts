import { findJava } from '../config/find-java.ts'
import { classArchivePath, makeClassArchive } from '../daemon/class-archive.ts'
import { daemonPackageFolder } from '../daemon/daemon-package.ts'
import { verifyJars } from '../daemon/jars.ts'

/**
 * Makes the class archive of the embedded daemon for the Java that is found as a runtime finds it.
 * @param javaPath as the option `javaPath`.
 * @returns what was done, in a sentence.
 * @throws ConfigError when Java or the jars are missing, or the package's folder cannot be written to.
 */
export async function prepare(javaPath?: string): Promise<string> {
  const { path: java, version: javaVersion } = await findJava({ option: javaPath })
  const { classpath } = await verifyJars()
  const path = classArchivePath(daemonPackageFolder(), { javaVersion, classpath })
  const classes = await makeClassArchive({ java, env: process.env }, classpath, path)
  return `${String(classes)} classes are in ${path}; daemons started with ${java} use it from now on.`
}
