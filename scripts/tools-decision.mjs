// What to do about the tools that building needs: decided from plain data, so that it can be tested.

/** The oldest Java that tsmld builds and runs with. */
export const oldestJava = 17

/**
 * @typedef {object} Machine
 * @property {{ major: number, path: string, compiler: boolean } | null} java the Java found, and whether javac is beside it
 * @property {boolean} maven
 * @property {boolean} bridges whether socat and nc are there
 * @property {boolean} apt whether apt-get is there and may be used: Debian or Ubuntu, and root
 */

/**
 * @typedef {{ kind: 'ready', notice?: string } | { kind: 'install', tools: ('jdk' | 'maven' | 'bridges')[] } | { kind: 'refuse', sentence: string }} Decision
 */

/**
 * Decides what to do. socat and nc serve AWS's unmodified daemons only: where they cannot be installed it is a notice, unless `all` asks for every tool.
 * @param {Machine} machine
 * @param {{ all: boolean }} options
 * @returns {Decision}
 */
export function decideTools(machine, { all }) {
  const { java } = machine
  if (java !== null && java.major < oldestJava) {
    const sentence = `The Java at ${java.path} is version ${java.major}, but tsmld needs a JDK of version ${oldestJava} or newer: install one and put it first in PATH, or set JAVA_HOME to it.`
    return { kind: 'refuse', sentence }
  }
  const missing = /** @type {('jdk' | 'maven' | 'bridges')[]} */ ([])
  if (java === null || !java.compiler) missing.push('jdk')
  if (!machine.maven) missing.push('maven')
  if (!machine.bridges) missing.push('bridges')

  if (missing.length === 0) return { kind: 'ready' }
  if (machine.apt) return { kind: 'install', tools: missing }
  if (missing.join() === 'bridges' && !all)
    return {
      kind: 'ready',
      notice:
        'socat or nc (netcat-openbsd) is not here: install both to test the stock daemons (the embedded one needs none).',
    }
  const names = {
    jdk: `a JDK of version ${oldestJava} or newer`,
    maven: 'Maven (mvn)',
    bridges: 'socat with netcat-openbsd',
  }
  return { kind: 'refuse', sentence: `Please install ${list(missing.map(tool => names[tool]))}, then run this again.` }
}

/**
 * The major version of a Java version, `1.8.0_402` and `17.0.15` and `21-ea` alike; null where it is none.
 * @param {string} version
 * @returns {number | null}
 */
export function javaMajor(version) {
  const match = /^(?:1\.)?(\d+)/.exec(version)
  return match === null ? null : Number(match[1])
}

/** @param {string[]} words */
function list(words) {
  return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
