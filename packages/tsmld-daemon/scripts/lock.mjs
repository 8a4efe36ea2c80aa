// What jars.lock.json says: coordinates and SHA-256, no addresses. Pure.

/** @typedef {{ groupId: string, artifactId: string, version: string, classifier: string }} Coordinates */

/**
 * Reads what `mvn dependency:list` wrote: `group:artifact:jar[:classifier]:version:scope`, one a line, indented.
 * @param {string} text
 * @returns {string[]} coordinates, `group:artifact:version[:classifier]`, sorted
 */
export function parseDependencyList(text) {
  const found = []
  for (const line of text.split('\n')) {
    const parts = /^\s+([\w.-]+(?::[\w.-]+){4,5})(?:\s|$)/.exec(line)?.[1]?.split(':')
    if (parts === undefined || parts[2] !== 'jar') continue
    const [groupId, artifactId] = parts
    const [classifier, version] = parts.length === 6 ? [parts[3], parts[4]] : ['', parts[3]]
    found.push([groupId, artifactId, version, ...(classifier === '' ? [] : [classifier])].join(':'))
  }
  return found.sort()
}

/**
 * The file that Maven makes of coordinates.
 * @param {string} coordinates
 */
export function jarFileName(coordinates) {
  const [, artifactId, version, classifier] = coordinates.split(':')
  return `${artifactId}-${version}${classifier === undefined ? '' : `-${classifier}`}.jar`
}

/**
 * Every way in which the jars that came differ from the locked ones, a sentence each.
 * @param {Record<string, string>} locked coordinates → SHA-256
 * @param {Record<string, string>} found the same of what Maven resolved
 * @returns {string[]}
 */
export function differences(locked, found) {
  const sentences = []
  for (const [coordinates, hash] of Object.entries(locked)) {
    if (!(coordinates in found)) sentences.push(`${coordinates} is in the lock, and Maven did not resolve it`)
    else if (found[coordinates] !== hash)
      sentences.push(`${coordinates} is not the jar that was locked (its SHA-256 differs)`)
  }
  for (const coordinates of Object.keys(found)) {
    if (!(coordinates in locked)) sentences.push(`${coordinates} came, and is not in the lock`)
  }
  return sentences
}

/**
 * @param {readonly string[]} coordinates
 * @returns {string[]} file names that two artifacts would share
 */
export function clashingFileNames(coordinates) {
  const names = coordinates.map(jarFileName)
  return names.filter((name, index) => names.indexOf(name) !== index)
}
