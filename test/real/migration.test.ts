// From the lease tables of KCL 1 and 2 to KCL 3, as docs/migrating.md has it.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { clientVersion, switchTo3x } from './support/client-version.ts'
import { Conformance, daemonRow } from './support/conformance.ts'
import { type Lab, real } from './support/lab.ts'
import { eventually } from './support/stack.ts'

// As in production: the KCL's waits for other workers, and the worker metrics that a migration goes by.
const compatible = { fastStart: false, clientVersionConfig: 'CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X' } as const
const kcl3 = { fastStart: false, clientVersionConfig: 'CLIENT_VERSION_CONFIG_3X' } as const

// Side by side: it is mostly waiting.
describe('an application moves to KCL 3', { concurrency: true }, () => {
  real(
    'from KCL 2, worker by worker: compatible beside the old one, alone, back again, and then as KCL 3',
    async lab => {
      const app = new Conformance(lab, daemonRow('MultiLangDaemon, KCL 2'))
      const old = await app.begin(2)
      const next = await app.run(compatible)
      await eventually('the new worker has taken a shard over', () => holdersOf(lab, app).has(next.pid))
      await app.put()
      await app.arrival()
      await app.stop(old)
      await app.put()
      await app.arrival()
      await lab.checkpoints(app.application)
      await app.stop(next)
      assert.equal(await clientVersion(lab.stack, app.application), 'CLIENT_VERSION_UPGRADE_FROM_2X')
      await app.resume()
      await finish(lab, app)
      lab.t.diagnostic(`${app.assertKept()} duplicates`)
    },
  )

  real(
    'from KCL 1, all workers at once: the old one stops, KCL 3 goes on from its checkpoints, and KCL 1 would from those',
    async lab => {
      const app = new Conformance(lab, daemonRow('MultiLangDaemon, KCL 1'))
      await app.stop(await app.begin(2))
      await app.resume(kcl3)
      assert.equal(await clientVersion(lab.stack, app.application), 'CLIENT_VERSION_3X')
      await app.resume()
      app.assertExactlyOnce()
    },
  )

  real('from KCL 1 with DynamoDB streams: compatible, back again, and then as KCL 3', async lab => {
    const app = new Conformance(lab, daemonRow('StreamsMultiLangDaemon, KCL 1'))
    await app.stop(await app.begin())
    await app.resume(compatible)
    await app.resume()
    await finish(lab, app)
    app.assertExactlyOnce()
  })
})

/** The KCL switches by itself, which it takes ten minutes for; only then does its last configuration end the migration. */
async function finish(lab: Lab, app: Conformance): Promise<void> {
  await app.resume(kcl3)
  assert.equal(await clientVersion(lab.stack, app.application), 'CLIENT_VERSION_UPGRADE_FROM_2X')
  await switchTo3x(lab.stack, app.application)
  await app.resume(kcl3)
  assert.equal(await clientVersion(lab.stack, app.application), 'CLIENT_VERSION_3X')
}

/** The processes whose sinks have begun a shard. */
function holdersOf(lab: Lab, app: Conformance): Set<number> {
  const begun = lab.linesOf(app.application).filter(line => line.type === 'begun')
  return new Set(begun.map(({ session }) => Number(session.split('-')[0])))
}
