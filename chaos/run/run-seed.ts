import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localClients } from 'tsmld-local'
import type { Plan } from '../plan/plan.ts'
import { findingsOf, type Outcome } from '../report/outcome.ts'
import { orAborted } from './or-aborted.ts'
import { paceOf } from './pace.ts'
import { goThrough, type Observer } from './phases.ts'
import { Producers } from './producers.ts'
import { endScene, prepareScene, type Scene, type Stack } from './scene.ts'
import { within } from './within.ts'

/** How long the end of an interrupted run may take. */
const endMs = 10_000

/** Runs one plan on a local stack, and judges it. @throws the signal's reason once that is aborted; nothing of the run is left then */
export async function runSeed(plan: Plan, stack: Stack, observer: Observer, signal?: AbortSignal): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), `chaos-${plan.seed}-`))
  using clients = localClients(stack)
  const scene = await prepareScene(plan, stack, clients, folder).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  const producers = new Producers(clients, scene.stream, scene.table, scene.pace)
  let isWhole = false
  try {
    signal?.throwIfAborted()
    const outcome = await orAborted(goThrough(scene, producers, observer), signal)
    isWhole = true
    const findings = findingsOf(outcome, paceOf(plan).mostTakeOverMs)
    const isOk = findings.length === 0
    if (isOk) rmSync(folder, { recursive: true, force: true })
    else
      writeFileSync(join(folder, 'evidence.json'), JSON.stringify({ findings, outcome, ...evidenceOf(scene) }, null, 1))
    return { ...outcome, findings, folder: isOk ? null : folder }
  } finally {
    const ending = Promise.all([endScene(scene), producers.end()])
    if (signal?.aborted === true && !isWhole) {
      // A put that nobody answers is not waited for.
      await within(ending, endMs).catch(() => {})
      rmSync(folder, { recursive: true, force: true })
    } else await ending
  }
}

const evidenceOf = ({ notes: { begun, acknowledged }, watch: { checkpoints }, sink: { taken } }: Scene) => ({
  begun,
  checkpoints,
  acknowledged,
  taken,
})
