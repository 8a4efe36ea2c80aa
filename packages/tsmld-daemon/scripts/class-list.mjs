// Writes the list of classes for the class archive (ClassArchive.java) anew, out of what the daemon's JVMs logged. To be done where a dependency's version changed:
//   JAVA_TOOL_OPTIONS=-Xlog:class+load:file=/tmp/classes-%p.log npm run demo
//   npm run classes -w tsmld-daemon -- /tmp/classes-*.log
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const list = fileURLToPath(new URL('../src/main/resources/io/tsmld/daemon/classes.txt', import.meta.url))
const main = 'io.tsmld.daemon.Main'

/** @type {Set<string>} */
const names = new Set()
for (const file of process.argv.slice(2)) {
  const loaded = fromJars(await readFile(file, 'utf8'))
  // The emulators' JVMs logged as well.
  if (loaded.includes(main)) for (const name of loaded) names.add(name)
}
if (names.size === 0) throw new Error(`none of these logs is of a JVM that ran ${main}`)
await writeFile(list, `${[...names].sort().join('\n')}\n`)
console.error(`${String(names.size)} classes are in ${list}`)

/**
 * The classes that came out of jars; not those made at run time, whose names hold a slash.
 * @param {string} log
 */
function fromJars(log) {
  return [...log.matchAll(/\[class,load\] ([\w$.-]+) source: (?:file|jar):/g)].map(([, name]) => String(name))
}
