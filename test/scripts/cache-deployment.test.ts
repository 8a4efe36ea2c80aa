// The deployment files of examples/cache-population, as far as they can be looked at without a cluster.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '../../examples/cache-population/config.ts'
import { serveProbes } from '../../examples/cache-population/probes.ts'
import { countersRetention, hasFallenBehind, itemsRetention } from '../../examples/cache-population/retention.ts'

const example = new URL('../../examples/cache-population/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, example), 'utf8')
const stopDeadlineMs = 30_000

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}
interface Container {
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly command?: readonly string[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly startupProbe: Probe
}
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> }
  readonly data: Record<string, string>
  readonly spec: {
    readonly selector: { readonly matchLabels: unknown }
    readonly template: {
      readonly metadata: { readonly labels: unknown }
      readonly spec: {
        readonly serviceAccountName: string
        readonly shareProcessNamespace: boolean
        readonly containers: readonly Container[]
        readonly terminationGracePeriodSeconds: number
      }
    }
  }
}

const isThere = (compiled: string) => existsSync(new URL(compiled.replace('dist/', '').replace('.js', '.ts'), example))

test('the Kubernetes files name a worker that is configured, probed, and given the time to stop', async () => {
  const manifests = parseAllDocuments(read('deploy/kubernetes.yaml')).map(document => {
    assert.deepEqual(document.errors, [])
    return document.toJS() as Manifest
  })
  const of = (kind: string) => manifests.find(each => each.kind === kind) ?? assert.fail(kind)
  assert.equal(manifests.length, 4)
  const { tableName, port } = readConfig(of('ConfigMap').data)
  assert.equal(tableName, 'items')

  // What the pods name is in the file, and the role that AWS knows the account by.
  const account = of('ServiceAccount').metadata
  assert.match(account.annotations?.['eks.amazonaws.com/role-arn'] ?? '', /^arn:aws:iam::\d{12}:role\/./)
  for (const kind of ['Deployment', 'Job']) {
    const pod = of(kind).spec.template.spec
    assert.equal(pod.serviceAccountName, account.name)
    assert.ok(pod.shareProcessNamespace, 'a process 1 that has no handler yet ignores SIGTERM')
  }

  const { selector, template } = of('Deployment').spec
  assert.deepEqual(template.metadata.labels, selector.matchLabels)
  assert.ok(template.spec.terminationGracePeriodSeconds * 1_000 > stopDeadlineMs)
  const [worker] = template.spec.containers
  assert.ok(worker)
  assert.equal(worker.ports?.find(({ name }) => name === 'probes')?.containerPort, port)
  for (const probe of [worker.livenessProbe, worker.readinessProbe, worker.startupProbe]) {
    assert.equal(probe.httpGet.port, 'probes')
    assert.match(probe.httpGet.path, /^\/(live|ready)$/)
  }

  const [seed] = of('Job').spec.template.spec.containers
  assert.deepEqual(seed?.command?.[0], 'node')
  assert.ok(isThere(seed.command[1] ?? ''))
  const env = Object.fromEntries((seed.env ?? []).map(({ name, value }) => [name, value]))
  assert.equal(readConfig({ ...of('ConfigMap').data, ...env }).segments, 8)
})

test('the ECS task names a worker that is configured, checked, and given the time to stop', () => {
  const task = JSON.parse(read('deploy/ecs-task-definition.json')) as {
    containerDefinitions: {
      environment: { name: string; value: string }[]
      stopTimeout: number
      healthCheck: { command: string[] }
      linuxParameters: { initProcessEnabled: boolean }
    }[]
  }
  const [worker] = task.containerDefinitions
  assert.ok(worker)
  const config = readConfig(Object.fromEntries(worker.environment.map(({ name, value }) => [name, value])))
  assert.ok(worker.stopTimeout * 1_000 > stopDeadlineMs)
  assert.ok(worker.linuxParameters.initProcessEnabled, 'a process 1 that has no handler yet ignores SIGTERM')
  assert.ok(worker.healthCheck.command.join(' ').includes(`http://127.0.0.1:${config.port}/live`))
})

test('the image runs what is there', () => {
  const command = /^CMD (\[.*\])$/m.exec(read('deploy/Dockerfile'))?.[1]
  const [program, file] = JSON.parse(command ?? '[]') as string[]
  assert.equal(program, 'node')
  assert.ok(isThere(file ?? ''))
})

test('the table has a stream with both images, and time to live on the attribute that the cache reads', () => {
  const { Resources } = parse(read('deploy/cloudformation.yaml')) as {
    Resources: { Items: { Properties: Record<string, Record<string, unknown>> } }
  }
  const { StreamSpecification, TimeToLiveSpecification } = Resources.Items.Properties
  assert.equal(StreamSpecification?.['StreamViewType'], 'NEW_AND_OLD_IMAGES')
  assert.match(
    read('items.ts'),
    new RegExp(`readonly ${String(TimeToLiveSpecification?.['AttributeName'])}\\?: number`),
  )
})

test('the probes answer by what the health says, with the reasons', async () => {
  let health = { live: true, ready: false, reasons: ['the cache was never seeded'] }
  const server = await serveProbes(0, () => health)
  try {
    const { port } = server.address() as { port: number }
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
    const [live, ready] = [await ask('/live'), await ask('/ready')]
    assert.deepEqual([live.status, ready.status], [200, 503])
    assert.deepEqual(await ready.json(), health)
    health = { live: false, ready: true, reasons: [] }
    assert.deepEqual([(await ask('/live')).status, (await ask('/ready')).status], [503, 200])
  } finally {
    server.close()
  }
})

const whole = {
  AWS_REGION: 'eu-west-1',
  TABLE_NAME: 'items',
  STREAM_NAME: 'clicks',
  CACHE_NAME: 'items-cache',
  REDIS_URL: 'rediss://me:secret@cache:6380/1',
}

test('a configuration that lacks something says all that it lacks, and what is wrong besides', () => {
  assert.throws(
    () => readConfig({ AWS_REGION: 'eu-west-1', TABLE_NAME: '', SEGMENTS: '1.5' }),
    /no TABLE_NAME, STREAM_NAME, CACHE_NAME, REDIS_URL; SEGMENTS is "1\.5"/,
  )
  for (const [name, value] of [
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['SEGMENTS', '0'],
    ['SEGMENTS', '1e2'],
    ['REDIS_WAIT_SECONDS', 'abc'],
    ['CACHE_NAME', 'a:b'],
    ['CACHE_NAME', 'fence'],
    ['REDIS_URL', 'cache:6379'],
    ['REDIS_URL', 'http://me:secret@cache:6379'],
    ['REDIS_URL', 'redis://me:secret@cache/first'],
  ] as const)
    assert.throws(
      () => readConfig({ ...whole, [name]: value }),
      (error: Error) => error.message.includes(name) && !error.message.includes('secret'),
      `${name}=${value}`,
    )
})

test('a configuration has defaults for what is not there, or empty', () => {
  const { port, segments, redisWaitMs, isLocal, dynamodbEndpoint } = readConfig({
    ...whole,
    PORT: '',
    DYNAMODB_ENDPOINT: '',
  })
  assert.deepEqual([port, segments, redisWaitMs, isLocal, dynamodbEndpoint], [8080, 4, 60_000, false, undefined])
})

test('the retention that the worker goes by is that of the streams, and fences outlive it', () => {
  const hourMs = 3_600_000
  const hours = /RetentionPeriodHours: (\d+)$/m.exec(read('deploy/cloudformation.yaml'))?.[1]
  assert.equal(countersRetention.retentionMs, Number(hours) * hourMs)
  assert.equal(itemsRetention.retentionMs, 24 * hourMs)
  for (const retention of [itemsRetention, countersRetention]) {
    assert.ok(retention.tombstoneMs > retention.retentionMs)
    assert.ok(hasFallenBehind(retention.retentionMs, retention))
  }
  assert.deepEqual(
    [22, 23.5].map(hours => hasFallenBehind(hours * hourMs, itemsRetention)),
    [false, true],
  )
  assert.deepEqual(
    [100, 160, 162].map(hours => hasFallenBehind(hours * hourMs, countersRetention)),
    [false, false, true],
  )
})

test('the guide has a row for each variable that the code reads', () => {
  const code = ['config.ts', 'report.ts', 'seed-main.ts', 'worker.ts'].map(read).join()
  const names = new Set(
    [...code.matchAll(/(?:given|required|integer|env\[)\(?'([A-Z_]+)'/g)].map(([, name = '']) => name),
  )
  assert.ok(names.size >= 12, [...names].join())
  const guide = readFileSync(new URL('../../docs/cache-population.md', import.meta.url), 'utf8')
  for (const name of names)
    assert.ok(guide.includes(`\n| \`${name}\` |`), `docs/cache-population.md has no row for ${name}`)
})

test('the guide shows the files as they are', () => {
  const guide = readFileSync(new URL('../../docs/cache-population.md', import.meta.url), 'utf8')
  const shown = [...guide.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = '']) => text)
  const files = ['worker.ts', ...readdirSync(new URL('deploy/', example)).map(file => `deploy/${file}`)]
  for (const file of files)
    assert.ok(shown.includes(read(file)), `docs/cache-population.md does not show ${file} as it is`)
})
