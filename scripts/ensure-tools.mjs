// Sees to a JDK, Maven, socat and nc: installs what is missing where it can (root on Debian or Ubuntu), else says what to install.
// Silent when all is there. With --all, socat and nc are required as well.
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { decideTools, javaMajor } from './tools-decision.mjs'

const decision = decideTools(look(), { all: process.argv.includes('--all') })
switch (decision.kind) {
  case 'ready':
    if (decision.notice !== undefined) say(decision.notice)
    break
  case 'refuse':
    say(decision.sentence)
    process.exitCode = 1
    break
  case 'install':
    install(decision.tools)
    break
}

function look() {
  const bridges = find('socat') !== null && find('nc') !== null
  return {
    java: findJava(),
    maven: find('mvn') !== null,
    bridges,
    apt: find('apt-get') !== null && process.getuid?.() === 0,
  }
}

// Maven's own order: JAVA_HOME, then PATH.
function findJava() {
  const { JAVA_HOME } = process.env
  const path = JAVA_HOME ? join(JAVA_HOME, 'bin', 'java') : find('java')
  if (path === null || !existsSync(path)) return null
  const home = dirname(dirname(realpathSync(path)))
  const major = javaMajor(versionOf(home, path))
  return major === null ? null : { major, path, compiler: existsSync(join(home, 'bin', 'javac')) }
}

// Reading the release file takes no time; asking Java does.
function versionOf(home, path) {
  const release = join(home, 'release')
  const noted = existsSync(release) && /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(release, 'utf8'))?.[1]
  if (noted) return noted
  return /version "([^"]+)"/.exec(spawnSync(path, ['-version'], { encoding: 'utf8' }).stderr)?.[1] ?? ''
}

function find(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return join(folder, command)
    } catch {
      // Not in this one.
    }
  }
  return null
}

function install(tools) {
  say(`Installing ${tools.join(', ')} by apt-get …`)
  aptGet('update')
  // Java's packages link their manual pages into a folder that slim images lack.
  mkdirSync('/usr/share/man/man1', { recursive: true })
  const packages = { jdk: () => [jdkPackage()], maven: () => ['maven'], bridges: () => ['socat', 'netcat-openbsd'] }
  aptGet('install', '-y', '--no-install-recommends', ...tools.flatMap(tool => packages[tool]()))
  const after = decideTools({ ...look(), apt: false }, { all: true })
  if (after.kind === 'ready') return
  say(after.sentence)
  process.exitCode = 1
}

// Debian 12 has 17, Debian 13 has 21, Ubuntu both; Ubuntu 22.04's default would be 11.
function jdkPackage() {
  const names = ['openjdk-17-jdk-headless', 'openjdk-21-jdk-headless', 'openjdk-25-jdk-headless']
  return (
    names.find(name => spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0) ??
    'default-jdk-headless'
  )
}

function aptGet(...args) {
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    const reason = error.stderr?.toString().trim().split('\n').at(-1) ?? error.message
    say(
      `apt-get ${args[0]} failed (${reason}): install a JDK of version 17 or newer, Maven, socat and netcat-openbsd by hand.`,
    )
    process.exit(1)
  }
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}
