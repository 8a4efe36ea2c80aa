import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../plan/fault.ts'
import { areAllHeld, areShared } from '../report/lease-spread.ts'
import type { Unjudged } from '../report/outcome.ts'
import { nowUs } from '../worker/lines.ts'
import { Injector } from './injector.ts'
import { outcomeOf } from './outcome-of.ts'
import { fewShards, moreShards, shareMs } from './pace.ts'
import type { Producers } from './producers.ts'
import type { Scene } from './scene.ts'
import { until } from './until.ts'

/** What a run tells while it runs. */
export interface Observer {
  phase(what: string): void
  /** `foundNothing` says why a fault that was told before struck nobody. */
  struck(seconds: number, fault: Fault, foundNothing: string | null): void
  progress(figures: {
    readonly seconds: number
    readonly produced: number
    readonly taken: number
    readonly here: number
  }): void
}

/** Goes through a run from the workers' start to their end. @throws Error where they do not start in time */
export async function goThrough(scene: Scene, producers: Producers, observer: Observer): Promise<Unjudged> {
  const { plan, pace, places, notes, watch, folder } = scene
  const ticking = setInterval(() => tick(scene, producers, observer), 1_000)
  try {
    observer.phase('workers start')
    for (const place of places) place.start()
    if (!(await until(() => haveStarted(scene), pace.startMs)))
      throw new Error(`The workers did not start within ${pace.startMs / 1_000} s; their logs are in ${folder}`)
    if (plan.shards > fewShards) await until(() => isShared(scene), shareMs)
    observer.phase(`faults for ${plan.seconds} s`)
    const faultsFromUs = nowUs()
    const injector = new Injector({ ...scene, mostShards: plan.shards + moreShards })
    await Promise.all(plan.faults.map(fault => strike(scene, injector, fault, faultsFromUs, observer)))
    await delay(Math.max(0, plan.seconds * 1_000 - (nowUs() - faultsFromUs) / 1_000))
    const faultsUntilUs = nowUs()
    observer.phase('faults are over: what is left drains')
    await producers.end()
    const isDrained = await until(() => producers.names().every(name => notes.came.has(name)), pace.drainMs)
    const drainedMs = Math.round((nowUs() - faultsUntilUs) / 1_000)
    if (!isDrained) notes.surprises.push(`not all had come ${pace.drainMs / 1_000} s after the last fault`)
    observer.phase(isDrained ? 'all came: workers stop' : 'not all came: workers stop')
    const exits = await Promise.all(places.map(place => place.stop()))
    notes.surprises.push(...exits.filter(exit => exit !== null))
    await watch.end()
    return outcomeOf(scene, {
      produced: producers.produced,
      kills: injector.kills,
      faultsFromUs,
      faultsUntilUs,
      drainedMs,
    })
  } finally {
    clearInterval(ticking)
  }
}

/** All run and all shards are held, by somebody who gave the sink something: so that what is lost is never lost unseen. */
function haveStarted({ plan, places, watch, sink }: Scene): boolean {
  const now = watch.holdings.at(-1)
  return (
    places.every(({ process }) => process?.ran === true) &&
    now !== undefined &&
    areAllHeld(now, plan.shards) &&
    sink.taken.length > 0
  )
}

function isShared({ plan, watch }: Scene): boolean {
  const now = watch.holdings.at(-1)
  return now !== undefined && areShared(now, plan)
}

async function strike(
  { startUs, notes }: Scene,
  injector: Injector,
  fault: Fault,
  faultsFromUs: number,
  observer: Observer,
): Promise<void> {
  await delay(Math.max(0, fault.atMs - (nowUs() - faultsFromUs) / 1_000))
  const seconds = secondsSince(startUs)
  const striking = injector.strike(fault)
  observer.struck(seconds, fault, null)
  const done = await striking
  notes.strikes.push(done)
  if (done.foundNothing !== null) observer.struck(seconds, fault, done.foundNothing)
}

function tick({ startUs, notes, places, sink }: Scene, producers: Producers, observer: Observer): void {
  const seconds = secondsSince(startUs)
  const produced = producers.names()
  notes.behind[Math.floor(seconds)] = produced.filter(name => !notes.came.has(name)).length
  const here = places.filter(({ process }) => process !== undefined).length
  observer.progress({ seconds, produced: produced.length, taken: sink.taken.length, here })
}

const secondsSince = (us: number): number => (nowUs() - us) / 1e6
