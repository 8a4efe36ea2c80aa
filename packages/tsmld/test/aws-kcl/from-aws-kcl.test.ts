import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toAwsKclRecord } from '../../src/aws-kcl/aws-kcl-record.ts'
import type { AwsKclCallback, AwsKclEndInput, AwsKclProcessRecordsInput } from '../../src/aws-kcl/contract.ts'
import { fromAwsKcl } from '../../src/aws-kcl/from-aws-kcl.ts'
import { ConfigError } from '../../src/errors.ts'
import { heardBy, playedSaving, playedWith } from '../support/played-records.ts'
import { endError, newSession } from '../support/played-session.ts'
import { turns } from '../support/turns.ts'
import { answered, batch, initialize, wireRecord } from '../support/wire-records.ts'
import { processorWith } from './callbacks.ts'

type Processing = (input: AwsKclProcessRecordsInput, done: AwsKclCallback) => unknown
type Ending = (input: AwsKclEndInput, done: AwsKclCallback) => unknown

const processing = (processRecords: Processing) => fromAwsKcl(() => processorWith({ processRecords }))
const ending = (shardEnded: Ending) => fromAwsKcl(() => processorWith({ shardEnded }))

test('a call lasts until its callback is called', async () => {
  let done: AwsKclCallback | undefined
  const { daemon } = await playedWith(
    processing((_, callback) => {
      done = callback
    }),
  )
  daemon.say(batch(1))
  assert.deepEqual(await heardBy(daemon), [])
  done?.()
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
})

test('a checkpoint saves what is delivered, or up to a sequence number, and says which', async () => {
  const told: unknown[] = []
  const { daemon } = await playedSaving(
    processing(({ records, checkpointer }, done) => {
      const at = records.length === 1 ? null : (records[1]?.sequenceNumber ?? '')
      checkpointer.checkpoint(at, (...answer) => {
        told.push(answer)
        checkpointer.checkpoint((...latest) => {
          told.push(latest)
          done()
        })
      })
    }),
  )
  daemon.say(batch(1, 2, 3))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0', 'checkpoint 3/0', 'status processRecords'])
  daemon.say(batch(4))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 4/0', 'status processRecords'])
  assert.deepEqual(told, [
    [null, '2'],
    [null, null],
    [null, null],
    [null, null],
  ]) // prettier-ignore
})

test("a sequence number alone saves an aggregate's first user record, as with the MultiLangDaemon", async () => {
  const { daemon } = await playedSaving(processing(({ checkpointer }, done) => checkpointer.checkpoint('5', done)))
  daemon.say({
    kind: 'processRecords',
    records: [wireRecord(5, 0), wireRecord(5, 1)],
    millisBehindLatest: 0,
    atShardEnd: false,
  })
  assert.deepEqual(await heardBy(daemon), ['checkpoint 5/0', 'status processRecords'])
})

test('a checkpoint that was not made is told by the name of its exception', async () => {
  const told: unknown[] = []
  const { daemon, end } = await playedWith(
    processing(({ records, checkpointer }, done) => {
      const at = records[0]?.sequenceNumber === '1' ? '999' : '2'
      checkpointer.checkpoint(at, (...answer) => {
        told.push(answer)
        done()
      })
    }),
  )
  daemon.say(batch(1))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  daemon.say(batch(2))
  assert.deepEqual(await heardBy(daemon), ['checkpoint 2/0'])
  daemon.say(answered(2, 'ShutdownException'))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  assert.deepEqual(told, [
    ['IllegalArgumentException', '999'],
    ['ShutdownException', '2'],
  ]) // prettier-ignore
  assert.equal(end(), null)
})

const failures: Readonly<Record<string, Processing>> = {
  'an error given to the callback': (_, done) => done(new Error('no good')),
  'a text given to the callback': (_, done) => done('no good'),
  'what is thrown': () => {
    throw new Error('no good')
  },
  'what is thrown after the callback was called': (_, done) => {
    done()
    throw new Error('no good')
  },
  'a promise that rejects': () => Promise.reject(new Error('no good')),
  'what the callback of a checkpoint throws': ({ checkpointer }) =>
    checkpointer.checkpoint(() => {
      throw new Error('no good')
    }),
}

for (const [what, processRecords] of Object.entries(failures)) {
  test(`${what} fails the session, uncheckpointed and without a status`, async () => {
    const played = await playedSaving(processing(processRecords))
    played.daemon.say(batch(1))
    assert.deepEqual(
      (await heardBy(played.daemon)).filter(line => line.startsWith('status')),
      [],
    )
    assert.match(endError(played).message, /shardId-000000000000 failed in processRecords: no good$/)
  })
}

test('what fails between two calls is not saved, and fails the session at the next', async () => {
  const checkpoints: unknown[] = []
  let later: (() => void) | undefined
  const played = await playedWith(
    processing(({ checkpointer }, done) => {
      done()
      later = () => {
        done(new Error('too late'))
        checkpointer.checkpoint(error => void checkpoints.push(error))
      }
    }),
  )
  played.daemon.say(batch(1))
  assert.deepEqual(await heardBy(played.daemon), ['status processRecords'])
  later?.()
  assert.deepEqual(await heardBy(played.daemon), [])
  assert.deepEqual(checkpoints, ['Error'])
  assert.match(played.log.text, /failed between two calls.*too late/)
  played.daemon.say(batch())
  await turns()
  assert.match(endError(played).message, /failed in processRecords: too late$/)
})

test('a checkpoint without a callback that is refused fails the session', async () => {
  const played = await playedWith(
    processing(({ checkpointer }, done) => {
      checkpointer.checkpoint('999')
      setImmediate(done)
    }),
  )
  played.daemon.say(batch(1))
  await turns()
  assert.match(endError(played).message, /Cannot checkpoint .* at sequence number 999/)
})

test('a callback that is called twice settles one call only, and the log says so', async () => {
  let first: AwsKclCallback | undefined
  const { daemon, log } = await playedWith(
    processing((_, done) => {
      first ??= done
      first()
    }),
  )
  daemon.say(batch(1))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
  assert.deepEqual(log.messages('warn'), [])
  daemon.say(batch(2))
  assert.deepEqual(await heardBy(daemon), [])
  assert.deepEqual(log.messages('warn'), ['the processor has called the callback of processRecords more than once'])
})

test('an initialize that fails fails the session', async () => {
  const factory = fromAwsKcl(() => processorWith({ initialize: (_: never, done) => done('no database') }))
  const played = newSession('frames', { factory })
  played.daemon.say(initialize())
  assert.deepEqual(await heardBy(played.daemon), [])
  assert.match(endError(played).message, /failed in initialize: no database$/)
})

const atEnd: Readonly<Record<string, Ending>> = {
  'by a checkpoint': ({ checkpointer }, done) => checkpointer.checkpoint(done),
  'by a checkpoint that is not waited for': ({ checkpointer }, done) => {
    checkpointer.checkpoint()
    done()
  },
  'by its last sequence number': ({ checkpointer }, done) => checkpointer.checkpoint('2', done),
}

for (const [how, shardEnded] of Object.entries(atEnd)) {
  test(`the end of a shard is checkpointed ${how}`, async () => {
    const { daemon, end } = await playedSaving(ending(shardEnded))
    daemon.say(batch(1, 2))
    await turns()
    daemon.say({ kind: 'shardEnded' })
    assert.deepEqual((await heardBy(daemon)).slice(-2), ['checkpoint latest', 'status shardEnded'])
    assert.equal(end()?.kind, 'shardEnded')
  })
}

for (const [how, shardEnded] of Object.entries<Ending>({
  'calls back without a checkpoint': (_, done) => done(),
  'checkpoints an earlier record': ({ checkpointer }, done) => checkpointer.checkpoint('1', done),
})) {
  test(`a shard whose processor ${how} at its end is not ended, but begins again`, async () => {
    const played = await playedSaving(ending(shardEnded))
    played.daemon.say(batch(1, 2))
    await turns()
    played.daemon.say({ kind: 'shardEnded' })
    assert(!(await heardBy(played.daemon)).includes('checkpoint latest'))
    assert.match(endError(played).message, /without checkpointing it.*call checkpointer\.checkpoint\(\) there/)
  })
}

test('shutdownRequested is called with a checkpointer, and may be missing', async () => {
  const shutdownRequested: Ending = ({ checkpointer }, done) => checkpointer.checkpoint(done)
  for (const [methods, expected] of [
    [{ shutdownRequested }, ['checkpoint 1/0', 'status shutdownRequested']],
    [{}, ['status shutdownRequested']],
  ] as const) {
    const { daemon } = await playedSaving(fromAwsKcl(() => processorWith(methods)))
    daemon.say(batch(1))
    await heardBy(daemon)
    daemon.say({ kind: 'shutdownRequested' })
    assert.deepEqual(await heardBy(daemon), expected)
  }
})

test('empty batches are given where they are asked for', async () => {
  for (const emptyBatches of [false, true]) {
    const counts: number[] = []
    const processRecords: Processing = ({ records }, done) => {
      counts.push(records.length)
      done()
    }
    const { daemon } = await playedWith(fromAwsKcl(() => processorWith({ processRecords }), { emptyBatches }))
    daemon.say(batch())
    assert.deepEqual(await heardBy(daemon), ['status processRecords'])
    assert.deepEqual(counts, emptyBatches ? [0] : [])
  }
})

test('a record is a plain object, whose data can be read twice, copied and replaced', async () => {
  const { daemon } = await playedWith(
    processing(({ records: [record] }, done) => {
      assert(record !== undefined)
      const copy = { ...record }
      assert.equal(copy.data, record.data)
      assert.equal((JSON.parse(JSON.stringify(record)) as typeof record).data, 'ZGF0YSAx')
      record.data = Buffer.from(record.data, 'base64').toString()
      assert.equal(record.data, 'data 1')
      done()
    }),
  )
  daemon.say(batch(1))
  assert.deepEqual(await heardBy(daemon), ['status processRecords'])
})

test('a record of a DynamoDB stream is refused in words', () => {
  const record = { sequenceNumber: '1', eventName: 'INSERT', keys: {} }
  assert.throws(() => toAwsKclRecord(record as never), { name: 'ConfigError', message: /Kinesis streams only/ })
})

test('a processor that lacks a method fails its session in words', async () => {
  const played = newSession('frames', { factory: fromAwsKcl(() => ({ initialize() {} }) as never) })
  played.daemon.say(initialize())
  await turns()
  assert.match(endError(played).message, /must have the methods initialize, processRecords, and leaseLost/)
})

test('what is neither a function nor a file, and an unknown option, are refused', () => {
  for (const source of [processorWith({}), 'app.js', new URL('https://example.com/app.js'), undefined])
    assert.throws(() => fromAwsKcl(source as never), {
      name: 'ConfigError',
      message: /each needs a processor of its own/,
    })
  assert.throws(() => fromAwsKcl(() => processorWith({}), { empty: true } as never), ConfigError)
  assert.throws(() => fromAwsKcl(() => processorWith({}), { emptyBatches: 1 } as never), /must be true or false/)
})
