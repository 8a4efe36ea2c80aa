import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../plan/fault.ts'
import { type Kill, nothing, type Result, struck, struckIf } from '../report/strike.ts'
import { nowUs } from '../worker/lines.ts'
import type { LeaseWatch } from './lease-watch.ts'
import { within } from './within.ts'
import type { WorkerPlace } from './worker-place.ts'
import { signalProcess, type WorkerProcess } from './worker-process.ts'

/** The faults that strike a worker's processes: Node, its JVM, its bridges. */
export class ProcessFaults {
  readonly kills: Kill[] = []
  readonly #watch: LeaseWatch

  constructor(watch: LeaseWatch) {
    this.#watch = watch
  }

  /** Resolves when it is over, and another process has taken the place of one that ended. */
  async strike(fault: Fault, place: WorkerPlace, victim: WorkerProcess): Promise<Result> {
    const shards = await this.#shardsOf(victim.pid)
    const result = await this.#signal(fault, place, victim, shards)
    // It counts for what lies in between, but a process without a shard shows nothing of what becomes of one.
    return result.foundNothing === null && shards.length === 0
      ? { ...result, foundNothing: 'it held no lease' }
      : result
  }

  async #signal({ kind, atMs, durationMs }: Fault, place: WorkerPlace, victim: WorkerProcess, shards: Kill['shards']) {
    switch (kind) {
      case 'killNode':
      case 'killBoth': {
        const jvms = victim.jvms()
        const atUs = nowUs()
        victim.isToEnd = true
        const isKilled = victim.signal('SIGKILL')
        if (isKilled) this.kills.push({ kind, worker: place.index, atUs, pid: victim.pid, shards })
        if (kind === 'killBoth') for (const jvm of jvms) signalProcess(jvm, 'SIGKILL')
        await delay(durationMs)
        await victim.exited
        place.start()
        return struckIf(isKilled, 'its process was gone')
      }
      case 'terminate': {
        victim.isToEnd = true
        const isTold = victim.signal('SIGTERM')
        if ((await within(victim.exited, 40_000)) === null) await victim.end()
        await delay(durationMs)
        place.start()
        return struckIf(isTold, 'its process was gone')
      }
      case 'stopNode': {
        const isStopped = victim.signal('SIGSTOP')
        await delay(durationMs)
        victim.signal('SIGCONT')
        return struckIf(isStopped, 'its process was gone')
      }
      default: {
        const those = kind === 'killBridge' ? victim.bridges() : victim.jvms()
        const one = those[atMs % Math.max(1, those.length)]
        const isThere = one !== undefined && signalProcess(one, kind === 'stopJvm' ? 'SIGSTOP' : 'SIGKILL')
        if (!isThere) return nothing(kind === 'killBridge' ? 'it has no bridge now' : 'it has no JVM now')
        await delay(durationMs)
        if (kind === 'stopJvm') signalProcess(one, 'SIGCONT')
        return struck
      }
    }
  }

  async #shardsOf(pid: number): Promise<Kill['shards']> {
    const leases = await this.#watch.leases()
    return leases
      .filter(({ owner }) => owner?.includes(`-${pid}-`))
      .map(({ application, shardId }) => ({ application, shardId }))
  }
}
