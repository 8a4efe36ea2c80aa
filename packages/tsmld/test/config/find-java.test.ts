import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findJava } from '../../src/config/find-java.ts'
import { javaCandidate, javaMajorVersion } from '../../src/config/java-version.ts'
import { ConfigError } from '../../src/errors.ts'

const printed: readonly (readonly [string, number | null])[] = [
  ['java version "1.8.0_392"\nJava(TM) SE Runtime Environment (build 1.8.0_392-b08)', 8],
  ['openjdk version "11.0.21" 2023-10-17\nOpenJDK Runtime Environment', 11],
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK 64-Bit Server VM', 17],
  ['openjdk version "21" 2023-09-19', 21],
  ['openjdk version "21-ea" 2023-09-19', 21],
  ['openjdk version "24-beta" 2025-03-18', 24],
  ['openjdk version "17.0.9.1" 2023-10-17 LTS', 17],
  ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "17.0.15" 2025-04-15', 17],
  ['The operation couldn’t be completed. Unable to locate a Java Runtime.', null],
  ['', null],
]

for (const [output, major] of printed) {
  test(`java -version: ${output.split('\n').at(0) ?? ''} is ${major ?? 'no version'}`, () => {
    assert.equal(javaMajorVersion(output), major)
  })
}

test('Windows has java.exe, backslashes and semicolons', () => {
  const home = javaCandidate({ env: { JAVA_HOME: 'C:\\jdk\\' }, platform: 'win32' })
  assert.deepEqual(home.paths, ['C:\\jdk\\bin\\java.exe'])
  const path = javaCandidate({ env: { Path: 'C:\\a;;D:\\b\\' }, platform: 'win32' })
  assert.deepEqual(path.paths, ['C:\\a\\java.exe', 'D:\\b\\java.exe'])
})

/** What was found, without the text that tells its version. */
async function found(query: Parameters<typeof findJava>[0]) {
  const { version, ...rest } = await findJava(query)
  assert.match(version, new RegExp(`version "${rest.major}`))
  return rest
}

/** A folder with programs that print what a Java of a version prints. */
function javas(t: TestContext): (path: string, version: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'tsmld-java-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  return (path, version) => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(
      file,
      version === '' ? '#!/bin/sh\nexit 1\n' : `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`,
    )
    chmodSync(file, 0o755)
    return file
  }
}

async function refusal(query: Parameters<typeof findJava>[0]): Promise<string> {
  const error: unknown = await findJava(query).then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ConfigError, String(error))
  return error.message
}

test('the option goes before TSMLD_JAVA, that before JAVA_HOME, that before the PATH', async t => {
  const java = javas(t)
  const option = java('option/java', '17.0.1')
  const named = java('named/java', '18')
  const home = java('home/bin/java', '21.0.2')
  const path = java('path/java', '22')
  const env: Record<string, string> = {
    PATH: `/nowhere:${dirname(path)}`,
    JAVA_HOME: dirname(dirname(home)),
    TSMLD_JAVA: named,
  }
  assert.deepEqual(await found({ option, env }), { path: option, major: 17, source: 'option' })
  assert.deepEqual(await found({ env }), { path: named, major: 18, source: 'TSMLD_JAVA' })
  delete env['TSMLD_JAVA']
  assert.deepEqual(await found({ env }), { path: home, major: 21, source: 'JAVA_HOME' })
  delete env['JAVA_HOME']
  assert.deepEqual(await found({ env }), { path, major: 22, source: 'PATH' })
})

test('the option and TSMLD_JAVA may be a Java home as well', async t => {
  const home = javas(t)('jdk/bin/java', '17')
  assert.equal((await findJava({ option: dirname(dirname(home)), env: {} })).path, home)
  assert.equal((await findJava({ env: { TSMLD_JAVA: `${dirname(dirname(home))}/` } })).path, home)
})

test('fault 23: no Java anywhere: the message says what to do', async () => {
  assert.match(await refusal({ env: { PATH: '/nowhere' } }), /No Java was found on the PATH: install Java 17 or newer/)
})

test('a place that was named and has no Java is refused, though the PATH has one', async t => {
  const PATH = dirname(javas(t)('path/java', '17'))
  assert.match(await refusal({ option: '/nowhere/java', env: { PATH } }), /at javaPath '\/nowhere\/java'/)
  assert.match(await refusal({ env: { PATH, TSMLD_JAVA: '/nowhere' } }), /at TSMLD_JAVA '\/nowhere'/)
  assert.match(await refusal({ env: { PATH, JAVA_HOME: '/nowhere' } }), /in JAVA_HOME '\/nowhere'/)
})

test('fault 23: a Java that is too old is named with its version and where it was found', async t => {
  const path = javas(t)('old/java', '1.8.0_392')
  const message = await refusal({ env: { PATH: dirname(path) } })
  assert.ok(message.includes(`The Java at ${path} (from the PATH) is Java 8, and tsmld needs 17 or newer`), message)
})

test('a Java that fails or says no version is refused by its path', async t => {
  const path = javas(t)('broken/java', '')
  assert.match(
    await refusal({ option: path, env: {} }),
    /The Java at .*broken\/java \(from the option javaPath\) does not run/,
  )
})
