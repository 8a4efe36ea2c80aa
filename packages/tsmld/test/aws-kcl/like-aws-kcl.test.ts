// The same processor run by npm's aws-kcl and by tsmld, over the same lines of a MultiLangDaemon.
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import kcl from 'aws-kcl'
import type { AwsKclCallback, AwsKclCheckpointer, AwsKclProcessor } from '../../src/aws-kcl/contract.ts'
import { fromAwsKcl } from '../../src/aws-kcl/from-aws-kcl.ts'
import { encodeDaemonLine } from '../../src/protocol/daemon-lines.ts'
import type { DaemonMessage } from '../../src/protocol/messages.ts'
import { heardBy, playedSaving } from '../support/played-records.ts'
import { turns } from '../support/turns.ts'
import { batch, initialize, wireRecord } from '../support/wire-records.ts'

interface Input {
  readonly records?: readonly { readonly sequenceNumber: string }[]
  readonly checkpointer?: AwsKclCheckpointer
}

/** A processor that checkpoints wherever it can, half of the time by sequence number, and what it was given and told. */
function noting(methods: readonly string[]): { processor: AwsKclProcessor; notes: unknown[] } {
  const notes: unknown[] = []
  const method = (name: string) => (input: Input, done: AwsKclCallback) => {
    const { checkpointer, ...rest } = input
    notes.push([name, JSON.parse(JSON.stringify(rest)), typeof checkpointer?.checkpoint])
    const answer = (error: string | null, sequenceNumber: string | null): void => {
      notes.push([error, sequenceNumber])
      done()
    }
    if (checkpointer === undefined) done()
    else if (input.records?.length === 2) checkpointer.checkpoint(input.records[1]?.sequenceNumber, answer)
    else checkpointer.checkpoint(answer)
  }
  const processor = Object.fromEntries(methods.map(name => [name, method(name)])) as unknown as AwsKclProcessor
  return { processor, notes }
}

async function byAwsKcl(methods: readonly string[], messages: readonly DaemonMessage[]): Promise<unknown[]> {
  const { processor, notes } = noting(methods)
  const input = new PassThrough()
  const output = new PassThrough()
  output.on('data', (bytes: Buffer) => {
    const said = JSON.parse(bytes.toString()) as { action: string; sequenceNumber?: string | null }
    if (said.action === 'checkpoint') input.write(`${JSON.stringify({ ...said, error: null })}\n`)
  })
  const run = kcl(processor, input, output, new PassThrough())
  run.run()
  for (const message of [initialize(), ...messages]) {
    input.write(encodeDaemonLine(message))
    await turns(12)
  }
  run.cleanup()
  return notes
}

async function byTsmld(methods: readonly string[], messages: readonly DaemonMessage[]): Promise<unknown[]> {
  const { processor, notes } = noting(methods)
  const { daemon } = await playedSaving(
    fromAwsKcl(() => processor),
    'json-lines',
  )
  for (const message of messages) {
    daemon.say(message)
    await heardBy(daemon)
  }
  return notes
}

const newer = ['initialize', 'processRecords', 'leaseLost', 'shardEnded']
const older = ['initialize', 'processRecords', 'shutdown']
const aggregate: DaemonMessage = {
  kind: 'processRecords',
  records: [
    wireRecord(4, 0),
    wireRecord(4, 1),
    { ...wireRecord(5), partitionKey: 'ключ', approximateArrivalTimestamp: null },
  ],
  millisBehindLatest: 0,
  atShardEnd: false,
}

for (const methods of [newer, older, [...newer, ...older, 'shutdownRequested']]) {
  for (const [title, ...ends] of [
    ['ends', { kind: 'shardEnded' }],
    ['is given up', { kind: 'shutdownRequested' }, { kind: 'leaseLost' }],
  ] as const) {
    test(`a shard that ${title} is told to ${methods.join(', ')} as by aws-kcl`, async () => {
      const messages = [batch(1), batch(2, 3), aggregate, ...ends]
      const expected = await byAwsKcl(methods, messages)
      assert(expected.length >= 8, JSON.stringify(expected))
      assert.deepEqual(await byTsmld(methods, messages), expected)
    })
  }
}
