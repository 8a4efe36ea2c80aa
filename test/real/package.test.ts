import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { localStack } from './support/stack.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'tsmld-package-test-'))
after(() => rm(folder, { recursive: true }))

interface Ended {
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, without anything that the test's own process was started with. */
function run(command: string, args: readonly string[], env: Record<string, string> = {}, cwd = folder): Promise<Ended> {
  const clean = Object.entries(process.env).filter(([name]) => !/^(NODE_|npm_|INIT_CWD)/i.test(name))
  return new Promise(resolve => {
    execFile(
      command,
      args,
      { cwd, env: { ...Object.fromEntries(clean), ...env }, timeout: 120_000 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr }),
    )
  })
}

async function succeed(command: string, args: readonly string[], cwd = folder): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, {}, cwd)
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

// The README's program, made to end by itself after three records.
const body = `
const clicks = kinesisStream({
  streamName: process.env.STREAM,
  applicationName: process.env.STREAM,
  region: 'us-east-1',
  processor: eachRecord(async record => {
    console.log(record.data.toString())
    if (record.data.toString() === 'three') runtime.stop()
  }),
})
const runtime = createRuntime({ streams: [clicks], defaults: JSON.parse(process.env.DEFAULTS) })
`
// The same in threads: its module prints, and the main thread ends it after three records.
const threadedBody = (module: string) => `
import { createRuntime, kinesisStream, moduleProcessor } from 'tsmld'
const clicks = kinesisStream({
  streamName: process.env.STREAM,
  applicationName: process.env.STREAM,
  region: 'us-east-1',
  processor: moduleProcessor(new URL('${module}', import.meta.url)),
})
const runtime = createRuntime({ streams: [clicks], threads: 2, defaults: JSON.parse(process.env.DEFAULTS) })
const looking = setInterval(() => {
  if (runtime.status().streams[0]?.shards[0]?.records === 3) runtime.stop()
}, 100)
await runtime.run()
clearInterval(looking)
`
const names = 'createRuntime, eachRecord, kinesisStream'
const programs = {
  'program.mjs': `import { ${names} } from 'tsmld'\n${body}await runtime.run()\n`,
  'threads.mjs': threadedBody('./clicks.mjs'),
  'to-bundle.mjs': threadedBody('../clicks.mjs'),
  'clicks.mjs': `import { eachRecord } from 'tsmld'\nexport default eachRecord(record => console.log(record.data.toString()))\n`,
  'program.cjs': `const { ${names} } = require('tsmld')\n${body}runtime.run().catch(error => { console.error(error); process.exit(1) })\n`,
}

before(async () => {
  await succeed(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'packages/tsmld', 'packages/tsmld-local'],
    root,
  )
  const packages = ['tsmld', 'tsmld-daemon', 'tsmld-local'].flatMap(name => ['--workspace', name])
  await succeed('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, ...packages], root)
  await writeFile(join(folder, 'package.json'), '{ "name": "newcomer", "private": true }\n')
  const tarballs = ['tsmld', 'tsmld-daemon'].map(name => `./${name}-0.1.0.tgz`)
  await succeed('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs])
  for (const [name, text] of Object.entries(programs)) await writeFile(join(folder, name), text)
  const common = {
    absWorkingDir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  } as const
  await build({ ...common, entryPoints: ['program.mjs'], format: 'esm', outfile: 'bundle/program.mjs' })
  await build({ ...common, entryPoints: ['to-bundle.mjs'], format: 'esm', outfile: 'bundle/threads.mjs' })
  await build({ ...common, entryPoints: ['program.cjs'], format: 'cjs', outfile: 'bundle/program.cjs' })
})

async function environment(): Promise<Record<string, string>> {
  const stack = await localStack()
  const { kinesisEndpoint, dynamodbEndpoint } = stack
  const jvmArgs = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m']
  const DEFAULTS = {
    kinesisEndpoint,
    dynamodbEndpoint,
    fastStart: true,
    failoverTimeMs: 2_000,
    leaseAssignmentIntervalMs: 1_000,
    jvmArgs,
  }
  return { ...stack.environment, DEFAULTS: JSON.stringify(DEFAULTS) }
}

describe('the packed packages, installed into an empty folder', { concurrency: 2 }, () => {
  const forms = {
    'program.mjs': 'from an ECMAScript module',
    'program.cjs': 'by require() from CommonJS',
    'bundle/program.mjs': 'bundled by esbuild as an ECMAScript module',
    'bundle/program.cjs': 'bundled by esbuild as CommonJS',
    'threads.mjs': 'in threads',
    'bundle/threads.mjs': 'in threads, bundled by esbuild but for its module',
  }
  for (const [program, form] of Object.entries(forms)) {
    test(`run the README's handler ${form}`, async () => {
      const stack = await localStack()
      const stream = await stack.createStream(1)
      await stack.putRecords(
        stream,
        ['one', 'two', 'three'].map(data => ({ key: 'a', data })),
      )
      const { code, stdout, stderr } = await run(process.execPath, [program], {
        ...(await environment()),
        STREAM: stream,
      })
      assert.equal(code, 0, stderr)
      assert.equal(stdout, 'one\ntwo\nthree\n')
      const [row] = await stack.leases(stream)
      assert.equal(row?.owner, null)
      assert.match(row.checkpoint, /^\d+$/)
    })
  }
})

test('tsmld/kpl asks for @bufbuild/protobuf where it is missing, and works with it as a module, by require() and bundled', async () => {
  const use = `
    const aggregator = new KplAggregator()
    aggregator.add({ partitionKey: 'a', data: Buffer.from('inside') })
    const [record] = deaggregate({ sequenceNumber: '1', ...aggregator.flush() })
    console.log(record.partitionKey, record.data.toString())
    `
  await writeFile(join(folder, 'kpl.mjs'), `import { deaggregate, KplAggregator } from 'tsmld/kpl'\n${use}`)
  await writeFile(join(folder, 'kpl.cjs'), `const { deaggregate, KplAggregator } = require('tsmld/kpl')\n${use}`)
  const common = { absWorkingDir: folder, bundle: true, platform: 'node', target: 'node20' } as const
  await build({ ...common, entryPoints: ['kpl.mjs'], format: 'esm', outfile: 'bundle/kpl.mjs' })
  await build({ ...common, entryPoints: ['kpl.mjs'], format: 'cjs', outfile: 'bundle/kpl.cjs', logLevel: 'error' })
  const forms = ['kpl.mjs', 'kpl.cjs', 'bundle/kpl.mjs', 'bundle/kpl.cjs']
  for (const form of forms) {
    const { code, stderr } = await run(process.execPath, [form])
    assert.equal(code, 1, form)
    assert.match(
      stderr,
      /ConfigError: tsmld\/kpl needs the package @bufbuild\/protobuf 2, .*npm install @bufbuild\/protobuf@2/,
    )
  }
  await symlink(join(root, 'node_modules/@bufbuild'), join(folder, 'node_modules/@bufbuild'))
  for (const form of forms) assert.equal(await succeed(process.execPath, [form]), 'a inside\n', form)
})

test('tsmld/aws-kcl is the function kcl() for require() and import, and loads an app without tsmld’s own loaders', async () => {
  const processor = '{ initialize(_, done) { console.log("initialized"); done() }, processRecords() {}, shutdown() {} }'
  const use = (url: string) => `
    const { processRecords } = await fromAwsKcl(${url})({ shardId: 's', startingPosition: {} })
    console.log(typeof processRecords)`
  await writeFile(join(folder, 'app.cjs'), `const kcl = require('tsmld/aws-kcl')\nkcl(${processor}).run()`)
  await writeFile(join(folder, 'app.mjs'), `import kcl from 'tsmld/aws-kcl'\nkcl(${processor}).run()`)
  const load = "import { fromAwsKcl } from 'tsmld/aws-kcl'"
  await writeFile(join(folder, 'load.mjs'), `${load}${use("new URL('./app.cjs', import.meta.url)")}`)
  await writeFile(join(folder, 'load-module.mjs'), `${load}${use("new URL('./app.mjs', import.meta.url)")}`)
  await writeFile(
    join(folder, 'load.cjs'),
    `const { fromAwsKcl } = require('tsmld/aws-kcl')\nvoid (async () => {${use("require('node:url').pathToFileURL('app.cjs')")}})()`,
  )
  for (const form of ['load.mjs', 'load.cjs'])
    assert.equal(await succeed(process.execPath, [form]), 'initialized\nfunction\n', form)
  const { stderr } = await run(process.execPath, ['load-module.mjs'])
  assert.match(stderr, /ConfigError: .*app\.mjs is an ECMAScript module, which Node loads once only/)
  const alone = await run(process.execPath, ['app.cjs'])
  assert.match(alone.stderr, /ConfigError: kcl\(\)\.run\(\) of tsmld\/aws-kcl runs nothing by itself/)
})

test('tsmld/testing runs a processor as a module, by require() and bundled', async () => {
  const use = `
    void (async () => {
      const seen = []
      const shard = await testShard(eachRecord(record => void seen.push(record.data.toString())))
      await shard.deliver([{ data: 'one' }, { data: 'two' }])
      await shard.endShard()
      console.log(seen.join(), shard.ended.kind, shard.checkpoints.at(-1).sequenceNumber)
      await shard.close()
    })()`
  await writeFile(
    join(folder, 'testing.mjs'),
    `import { eachRecord } from 'tsmld'\nimport { testShard } from 'tsmld/testing'\n${use}`,
  )
  await writeFile(
    join(folder, 'testing.cjs'),
    `const { eachRecord } = require('tsmld')\nconst { testShard } = require('tsmld/testing')\n${use}`,
  )
  const common = { absWorkingDir: folder, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' } as const
  await build({ ...common, entryPoints: ['testing.mjs'], format: 'esm', outfile: 'bundle/testing.mjs' })
  await build({ ...common, entryPoints: ['testing.cjs'], format: 'cjs', outfile: 'bundle/testing.cjs' })
  for (const form of ['testing.mjs', 'testing.cjs', 'bundle/testing.mjs', 'bundle/testing.cjs'])
    assert.equal(await succeed(process.execPath, [form]), 'one,two shardEnded SHARD_END\n', form)
})

test('every entry that the package exports is imported and required here, and has its types', async () => {
  /** Something that each entry must have. */
  const expected: Record<string, string> = {
    '.': 'createRuntime',
    './aws-kcl': 'fromAwsKcl',
    './kpl': 'deaggregate',
    './testing': 'testShard',
  }
  const at = join(folder, 'node_modules/tsmld')
  const { exports } = JSON.parse(await readFile(join(at, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string; default: string }>
  }
  const { './package.json': own, ...entries } = exports
  assert.equal(own, './package.json')
  assert.deepEqual(Object.keys(entries).toSorted(), Object.keys(expected).toSorted())
  const paths = Object.values(entries).flatMap(entry =>
    typeof entry === 'string' ? [entry] : [entry.types, entry.default],
  )
  for (const path of paths) assert.ok(existsSync(join(at, path)), path)
  const named = Object.entries(expected).map(([entry, name]) => [`tsmld${entry.slice(1)}`, name])
  await writeFile(
    join(folder, 'entries.mjs'),
    `import { createRequire } from 'node:module'
    const require = createRequire(import.meta.url)
    for (const [entry, name] of ${JSON.stringify(named)})
      console.log(entry, typeof (await import(entry))[name], (await import(entry))[name] === require(entry)[name])
    console.log(require('tsmld/package.json').name)`,
  )
  const lines = named.map(([entry]) => `${entry} function true\n`)
  assert.equal(await succeed(process.execPath, ['entries.mjs']), `${lines.join('')}tsmld\n`)
})

test('tsmld-local, packed, talks to the emulators', async () => {
  const stack = await localStack()
  const stream = await stack.createStream(1)
  await succeed('tar', ['-xzf', 'tsmld-local-0.1.0.tgz'])
  await rename(join(folder, 'package'), join(folder, 'node_modules/tsmld-local'))
  await mkdir(join(folder, 'node_modules/@smithy'))
  // Its dependencies stand in for a registry, which a test has not got.
  for (const name of ['@aws-sdk', '@smithy/node-http-handler', 'kinesis-local'])
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  const { kinesisEndpoint, dynamodbEndpoint, region } = stack
  const program = `
    import { listShards, localClients, startLocalStack } from 'tsmld-local'
      const clients = localClients(${JSON.stringify({ kinesisEndpoint, dynamodbEndpoint, region })})
      const shards = await listShards(clients.kinesis, '${stream}')
      console.log(typeof startLocalStack, shards.length)
      clients[Symbol.dispose]()
    `
  await writeFile(join(folder, 'local.mjs'), program)
  assert.equal(await succeed(process.execPath, ['local.mjs']), 'function 1\n')
})

test('fault 23: jars that are altered or missing are refused by name, with what to do, before Java starts', async () => {
  const jars = join(folder, 'node_modules/tsmld-daemon/jars')
  const jar = (await readdir(jars)).find(name => name.startsWith('amazon-kinesis-client-multilang'))
  assert.ok(jar !== undefined)
  const start = async () => run(process.execPath, ['program.mjs'], { ...(await environment()), STREAM: 'clicks' })

  await appendFile(join(jars, jar), '\0')
  const altered = await start()
  assert.equal(altered.code, 1)
  assert.match(
    altered.stderr,
    new RegExp(`ConfigError: The jar \\S+/${jar} is altered, its SHA-256 is not the locked one: install `),
  )

  await rm(join(jars, jar))
  const missing = await start()
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, new RegExp(`ConfigError: The jar \\S+/${jar} is missing: install `))

  await rm(join(folder, 'node_modules/tsmld-daemon'), { recursive: true })
  const none = await start()
  assert.equal(none.code, 1)
  assert.match(
    none.stderr,
    /ConfigError: The package tsmld-daemon is not installed beside tsmld; .*npm install tsmld-daemon/,
  )
})
