import assert from 'node:assert/strict'
import { kinesisStream } from 'tsmld'
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
