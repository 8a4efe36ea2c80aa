import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { verifyStockJars } from '../../packages/tsmld/src/daemon/jars.ts'
import { localStack, uniqueName } from './support/stack.ts'

const mains = {
  kcl3: 'software.amazon.kinesis.multilang.MultiLangDaemon',
  kcl1: 'com.amazonaws.services.dynamodbv2.streamsadapter.StreamsMultiLangDaemon',
}
const folder = await mkdtemp(join(tmpdir(), 'tsmld-launcher-test-'))
const running = new Set<ChildProcessWithoutNullStreams>()
after(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

interface Launched {
  readonly child: ChildProcessWithoutNullStreams
  readonly log: () => string
  readonly exit: Promise<number | null>
}

async function launch(kcl: 1 | 3, args: readonly string[], environment = {}): Promise<Launched> {
  const { classpath } = await verifyStockJars(kcl, null)
  const child = spawn('java', ['-Xmx256m', '-cp', classpath, 'io.tsmld.stock.Launcher', ...args], {
    env: { ...process.env, ...environment },
  })
  running.add(child)
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  child.stdout.resume()
  const exit = once(child, 'close').then(([code]) => code as number | null)
  void exit.then(() => running.delete(child))
  return { child, log: () => log, exit }
}

async function kcl1Properties(): Promise<string> {
  const { dynamodbEndpoint, region } = await localStack()
  const file = join(folder, `${uniqueName('kcl1')}.properties`)
  const properties = {
    executableName: '/bin/false',
    applicationName: uniqueName('launcher'),
    AWSCredentialsProvider: 'DefaultAWSCredentialsProviderChain',
    regionName: region,
    kinesisEndpoint: dynamodbEndpoint,
    dynamoDBEndpoint: dynamodbEndpoint,
    metricsLevel: 'NONE',
  }
  await writeFile(
    file,
    Object.entries(properties)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  )
  return file
}

test("the stock KCL 1 daemon finds a table's newest stream, logs in one form, and ends at once when its stdin does", async () => {
  const stack = await localStack()
  const { tableName, streamArn } = await stack.createTable()
  const file = await kcl1Properties()
  const daemon = await launch(1, ['--level', 'ROOT=INFO', '--table', tableName, mains.kcl1, file], stack.environment)
  await waitForLog(daemon, 'Initialization attempt 1')
  assert.ok((await readFile(file, 'utf8')).endsWith(`\nstreamName = ${streamArn}\n`))
  for (const line of daemon.log().trimEnd().split('\n').slice(0, -1))
    assert.match(line, /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARN|ERROR) \[[^\]]+\] [\w.$-]+: |\t)/)

  const start = Date.now()
  daemon.child.stdin.end()
  assert.equal(await daemon.exit, 4)
  assert.ok(Date.now() - start < 3000)
  assert.match(daemon.log(), /tsmld: Node went away/)
})

test('the stock KCL 1 daemon refuses an unknown table, and says so in its last line', async () => {
  const { environment } = await localStack()
  const daemon = await launch(1, ['--table', 'no-such-table', mains.kcl1, await kcl1Properties()], environment)
  assert.equal(await daemon.exit, 2)
  assert.equal(lastLine(daemon), 'tsmld: the stock daemon cannot start: there is no table no-such-table')
})

test('a stock daemon that is not on the class path is refused, and its last line says so', async () => {
  const daemon = await launch(3, ['com.example.Daemon', 'x.properties'])
  assert.equal(await daemon.exit, 2)
  assert.equal(lastLine(daemon), 'tsmld: the stock daemon cannot start: no class com.example.Daemon on the class path')
})

test('the stock KCL 3 daemon ends by itself with an error when its properties file is missing', async () => {
  const daemon = await launch(3, [mains.kcl3, join(folder, 'missing.properties')])
  assert.equal(await daemon.exit, 1)
  assert.match(daemon.log(), /Error while reading properties file/)
})

const lastLine = ({ log }: Launched): string | undefined => log().trimEnd().split('\n').at(-1)

function waitForLog({ child, log, exit }: Launched, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (log().includes(text)) resolve()
    }
    child.stderr.on('data', look)
    void exit.then(code => {
      reject(new Error(`ended with ${String(code)} before it logged '${text}':\n${log()}`))
    })
    look()
  })
}
