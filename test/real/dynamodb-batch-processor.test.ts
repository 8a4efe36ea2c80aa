import assert from 'node:assert/strict'
import {
  batchProcessor,
  type DynamodbRecord,
  dynamodbStream,
  type Flusher,
  type FlushKind,
  type FlushToken,
} from 'tsmld'
import { real } from './support/lab.ts'
import type { Item } from './support/sink.ts'
import { eventually, uniqueName } from './support/stack.ts'

type Change = DynamodbRecord<Item, 'NEW_AND_OLD_IMAGES'>

/** Brings out all but the oldest change at a partial flush while `holdsBack` says so, and everything at a full one. */
class Lagging implements Flusher<Change> {
  readonly #into: string[]
  readonly #holdsBack: () => boolean
  #kept: { readonly text: string; readonly token: FlushToken }[] = []

  constructor(into: string[], holdsBack: () => boolean) {
    this.#into = into
    this.#holdsBack = holdsBack
  }

  add(change: Change, token: FlushToken, delayMs: number | null): 'added' {
    // DynamoDB tells the time of a change to the second.
    assert.ok(delayMs !== null && delayMs < 600_000)
    this.#kept.push({ text: describe(change), token })
    return 'added'
  }

  async flush(kind: FlushKind): Promise<FlushToken[]> {
    const flushed = this.#kept.splice(kind === 'partial' && this.#holdsBack() ? 1 : 0)
    await new Promise(resolve => setImmediate(resolve))
    this.#into.push(...flushed.map(({ text }) => text))
    return flushed.map(({ token }) => token)
  }
}

const describe = ({ eventName, keys, newImage }: Change): string => `${eventName} ${keys.id} ${newImage?.n ?? '-'}`

real(
  'batchProcessor over a table: the checkpoint waits for the oldest change, and a second runtime goes on behind it',
  async lab => {
    const { stack } = lab
    const { tableName } = await stack.createTable()
    const applicationName = uniqueName('table-batches')
    const came: string[] = []
    const saved: string[] = []
    let holdsBack = true
    const run = () =>
      lab.runtime({
        streams: [
          dynamodbStream<Item, 'NEW_AND_OLD_IMAGES'>({
            tableName,
            applicationName,
            processor: batchProcessor({
              flusher: () => new Lagging(came, () => holdsBack),
              flushIntervalMs: 300,
              checkpointIntervalMs: 0,
              onCheckpoint: ({ sequenceNumber, delayMs }) => {
                assert.ok(delayMs !== null)
                saved.push(sequenceNumber)
              },
            }),
          }),
        ],
      })
    const live = async (id: string): Promise<void> => {
      await stack.putItem(tableName, id, 1)
      await stack.updateItem(tableName, id, 2)
      await stack.deleteItem(tableName, id)
    }
    const life = (id: string): string[] => [`INSERT ${id} 1`, `MODIFY ${id} 2`, `REMOVE ${id} -`]

    await live('a')
    const runtime = run()
    await runtime.start()
    await eventually('all but the oldest change came out', () => came.length > 1, 60_000)
    assert.deepEqual(came, life('a').slice(1))
    assert.equal(saved.length, 0, 'what follows a change that is not done must not be checkpointed')

    holdsBack = false
    await eventually('the oldest came out', () => came.length === 3)
    await eventually('the shard is checkpointed at its last change', async () => {
      const [row] = await stack.leases(applicationName)
      return row !== undefined && saved.at(-1) === row.checkpoint && /^\d+$/.test(row.checkpoint)
    })
    assert.deepEqual(new Set(came), new Set(life('a')))

    // Held at the stop, so that only its full flush can bring them out.
    holdsBack = true
    await live('b')
    await eventually('all but the oldest of the next came', () => came.length >= 5)
    await runtime.stop()
    assert.deepEqual(new Set(came.slice(3)), new Set(life('b')))

    holdsBack = false
    await live('c')
    const again = run()
    await again.start()
    await eventually('the changes behind the checkpoint came', () => came.length >= 9, 60_000)
    await again.stop()
    assert.deepEqual(came.slice(6), life('c'), 'nothing twice after a stop, in order')
    assert.deepEqual(
      saved.map(BigInt),
      saved.map(BigInt).sort((x, y) => (x < y ? -1 : 1)),
    )
  },
)
