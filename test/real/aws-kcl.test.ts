import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kinesisStream, moduleProcessor } from 'tsmld'
import { fromAwsKcl } from 'tsmld/aws-kcl'
import { real } from './support/lab.ts'
import { eventually } from './support/stack.ts'

real(
  "an app written for aws-kcl processes the real KCL's records, each shard by itself, and checkpoints",
  async lab => {
    const { stack } = lab
    const stream = await stack.createStream(2)
    const data = Array.from({ length: 40 }, (_, n) => ({ key: `key-${n}`, data: `record ${n}` }))
    await stack.putRecords(stream, data)
    /** All that each shard has seen, as the app's module keeps it. */
    const seen = new Map<string, string[]>()
    const global = globalThis as { awsKclAppSaw?: (texts: string) => void }
    global.awsKclAppSaw = text => {
      const texts = text.split(',')
      seen.set(texts[0]?.split(' ')[0] ?? '', texts)
    }
    lab.t.after(() => delete global.awsKclAppSaw)
    const app = new URL('../../packages/tsmld/test/fixtures/aws-kcl/app.cjs', import.meta.url)
    const definition = kinesisStream({ streamName: stream, applicationName: stream, processor: fromAwsKcl(app) })
    const runtime = lab.runtime({ streams: [definition] })
    await runtime.start()
    await eventually('all records came', () => [...seen.values()].flat().length >= data.length)
    await runtime.stop()

    const shards = await stack.shardIds(stream)
    assert.deepEqual([...seen.keys()].toSorted(), shards.toSorted())
    const records = [...seen].flatMap(([shardId, texts]) => texts.map(text => text.replace(`${shardId} `, '')))
    assert.deepEqual(records.toSorted(), data.map(({ data: text }) => text).toSorted())
    for (const { checkpoint } of await stack.leases(stream)) assert.match(checkpoint, /^\d+$/)
  },
)

real(
  "apps of the shape of aws-kcl's two samples run in threads: every record once, in its shard's order, and checkpointed",
  async lab => {
    const { stack } = lab
    const folder = await mkdtemp(join(tmpdir(), 'aws-kcl-test-'))
    const file = join(folder, 'app.log')
    process.env['AWS_KCL_APP_LOG'] = file
    lab.t.after(async () => {
      delete process.env['AWS_KCL_APP_LOG']
      await rm(folder, { recursive: true })
    })
    const apps = new URL('../../packages/tsmld/test/fixtures/aws-kcl/apps.mjs', import.meta.url)
    const [basic, clickStream] = [await stack.createStream(2), await stack.createStream(2)]
    const streamOf = (stream: string, exportName: string) =>
      kinesisStream({
        streamName: stream,
        applicationName: stream,
        processor: moduleProcessor(apps, { exportName }),
      })
    const data = (stream: string) =>
      Array.from({ length: 24 }, (_, n) => ({ key: `key-${n % 6}`, data: `${stream}#${n}` }))
    for (const stream of [basic, clickStream]) await stack.putRecords(stream, data(stream))
    /** What the apps have logged of a stream's records, in their order. */
    const seen = async (stream: string): Promise<string[]> => {
      const lines = (await readFile(file, { encoding: 'utf8', flag: 'a+' })).split('\n')
      return lines.flatMap(line => line.split(/[ ,]/).filter(word => word.startsWith(`${stream}#`)))
    }
    const runtime = lab.runtime({
      threads: 2,
      sharedDaemon: true,
      streams: [streamOf(basic, 'basic'), streamOf(clickStream, 'clickStream')],
    })
    await runtime.start()
    await eventually('the basic app saw all', async () => (await seen(basic)).length >= 24)
    await eventually('the other was given all', () => {
      const shards = runtime.status().streams.flatMap(({ name, shards: each }) => (name === clickStream ? each : []))
      return shards.reduce((sum, { records }) => sum + records, 0) === 24
    })
    assert.ok(runtime.status().threads.every(({ sessions }) => sessions > 0))
    await runtime.stop()

    for (const stream of [basic, clickStream]) {
      const words = await seen(stream)
      assert.deepEqual(
        words.toSorted(),
        data(stream)
          .map(({ data: text }) => text)
          .toSorted(),
      )
      for (const key of [0, 1, 2, 3, 4, 5]) {
        const numbers = words.map(word => Number(word.split('#')[1])).filter(n => n % 6 === key)
        assert.deepEqual(numbers, [key, key + 6, key + 12, key + 18])
      }
      for (const { checkpoint, owner } of await stack.leases(stream))
        assert.deepEqual([/^\d+$/.test(checkpoint), owner], [true, null])
    }
  },
)
