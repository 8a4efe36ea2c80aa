import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSession } from '../support/played-session.ts'
import { codecKinds } from '../support/scripted-daemon.ts'
import { turns } from '../support/turns.ts'
import { answered, wireRecord } from '../support/wire-records.ts'

for (const kind of codecKinds)
  test(`fault 20: ${kind}: a session that resumes inside an aggregate begins behind the checkpoint, and saves from there on`, async () => {
    const seen: string[] = []
    const { daemon } = newSession(kind, {
      factory: ({ startingPosition }) => {
        seen.push(`from ${startingPosition.sequenceNumber}/${startingPosition.subSequenceNumber}`)
        return {
          async processRecords({ records }, checkpointer) {
            for (const record of records) {
              seen.push(`${record.sequenceNumber}/${record.subSequenceNumber}`)
              await checkpointer.checkpoint(record)
            }
          },
        }
      },
    })
    daemon.say({ kind: 'initialize', shardId: 'shardId-000000000000', sequenceNumber: '5', subSequenceNumber: 1 })
    await turns()
    const records = [wireRecord(5, 2), wireRecord(5, 3)]
    daemon.say({ kind: 'processRecords', records, millisBehindLatest: null, atShardEnd: false })
    await turns()
    for (const sub of [2, 3]) {
      daemon.say(answered(5, null, sub))
      await turns()
    }
    assert.deepEqual(seen, ['from 5/1', '5/2', '5/3'])
    assert.deepEqual(daemon.heard(), ['status initialize', 'checkpoint 5/2', 'checkpoint 5/3', 'status processRecords'])
  })
