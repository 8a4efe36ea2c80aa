import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeOutcome, describePlan } from '../../chaos/cli/console.ts'
import { planOf } from '../../chaos/plan/plan.ts'
import { struckOf } from '../../chaos/report/outcome.ts'
import { runSeed } from '../../chaos/run/run-seed.ts'
import { localStack } from './support/stack.ts'

// One of which many kinds of faults strike within so short a time.
const seed = 8_278

test('three workers whose processes, connections, lease table and sink fail lose nothing, invent nothing, and replay from their checkpoints only', async t => {
  const asked = { seed, seconds: 25, workers: null, shards: null, handling: null, table: null, only: null } as const
  const plan = planOf({ ...asked, daemon: 'embedded' })
  const struck = new Set(plan.faults.map(({ kind }) => kind))
  assert.ok(struck.size >= 9 && struck.has('killNode') && struck.has('stopJvm') && struck.has('tableDown'))
  const outcome = await runSeed(plan, await localStack(), { phase() {}, struck() {}, progress() {} })
  for (const line of [describePlan(plan), describeOutcome(outcome)].join('\n').split('\n')) t.diagnostic(line)
  assert.deepEqual(outcome.findings, [])
  // A fault of a worker that has just no shard finds nothing, of which the schedule knows nothing: eight struck in two runs.
  assert.ok(new Set(struckOf(outcome.strikes).map(({ fault }) => fault.kind)).size >= 5)
  assert.ok(outcome.produced > 500)
})
