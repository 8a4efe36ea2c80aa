/** One file that a lock names. */
export interface LockedFile {
  /** The name Maven copies it under. */
  readonly name: string
  readonly sha256: string
}

/**
 * Reads a lock: an object of SHA-256 by Maven coordinates, `group:artifact:type:version`.
 * @throws Error when it is no such object.
 */
export function parseLock(text: string): readonly LockedFile[] {
  const lock: unknown = JSON.parse(text)
  if (typeof lock !== 'object' || lock === null) throw new Error('The lock is no object.')
  return Object.entries(lock).map(([coordinates, sha256]: [string, unknown]) => {
    const [, artifact, type, version] = coordinates.split(':')
    if (artifact === undefined || type === undefined || version === undefined || typeof sha256 !== 'string')
      throw new Error(`The lock's entry ${coordinates} is not group:artifact:type:version with a SHA-256.`)
    return { name: `${artifact}-${version}.${type}`, sha256 }
  })
}

/** Compares what is there (SHA-256 by file name) with the lock and says what is missing, altered or too much. */
export function checkFiles(lock: readonly LockedFile[], found: ReadonlyMap<string, string>): readonly string[] {
  const locked = new Map(lock.map(file => [file.name, file.sha256]))
  const missing = lock.filter(file => !found.has(file.name)).map(file => `${file.name} is missing`)
  const wrong = [...found].flatMap(([name, sha256]) => {
    const expected = locked.get(name)
    if (expected === undefined) return [`${name} is not in the lock`]
    return expected === sha256 ? [] : [`${name} is altered`]
  })
  return [...missing, ...wrong]
}
