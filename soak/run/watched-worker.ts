import type { JvmMemoryGauge } from '../measure/jvm-memory.ts'
import { countsOf, filesIn, threadsNamed } from '../measure/proc.ts'
import type { JvmCounts, Sample } from '../measure/sample.ts'
import type { SoakWorker, WorkerFigures } from './worker-process.ts'

/** Takes samples of the first worker. */
export class WatchedWorker {
  readonly samples: Sample[] = []
  readonly #worker: SoakWorker
  readonly #shards: number
  readonly #gauge: JvmMemoryGauge
  readonly #isBesideAnother: () => boolean
  #figures: WorkerFigures | null = null
  #taken = 0

  /** @param shards how many there are in all. */
  constructor(worker: SoakWorker, shards: number, gauge: JvmMemoryGauge, isBesideAnother: () => boolean) {
    this.#worker = worker
    this.#shards = shards
    this.#gauge = gauge
    this.#isBesideAnother = isBesideAnother
  }

  get jvm(): number | null {
    return this.#figures?.status.streams[0]?.daemon.pid ?? null
  }

  /** Whether it has a session of every shard. */
  get hasAll(): boolean {
    const streams = this.#figures?.status.streams ?? []
    return streams.reduce((sum, { shards }) => sum + shards.length, 0) === this.#shards
  }

  /** Asks it, and takes a sample. */
  async look(atMs: number): Promise<void> {
    this.#figures = await this.#worker.figures()
    const { jvm: pid, hasAll } = this
    const node = countsOf(this.#worker.pid)
    if (this.#figures === null || node === null) return
    const jvm = pid === null ? null : jvmCounts(pid)
    const isAlone = hasAll && !this.#isBesideAnother()
    // A JVM's collection takes a moment of the machine, and its answer another JVM.
    const jvmMemory = isAlone && pid !== null && this.#taken++ % 4 === 0 ? await this.#memoryOf(pid) : null
    this.samples.push({
      atMs,
      isAlone,
      node,
      nodeHeapBytes: this.#figures.heapBytes,
      nodeExternalBytes: this.#figures.externalBytes,
      jvm,
      jvmMemory,
      files: filesIn(this.#worker.folder).length,
    })
  }

  async #memoryOf(pid: number): Promise<Sample['jvmMemory']> {
    const memory = await this.#gauge.read(pid)
    const counts = countsOf(pid)
    return memory === null || counts === null ? null : { ...memory, anonymousBytes: counts.anonymousBytes }
  }
}

function jvmCounts(pid: number): JvmCounts | null {
  const counts = countsOf(pid)
  return counts === null ? null : { ...counts, pid, leaseDiscoveryThreads: threadsNamed(pid, 'LeaseDiscovery-') }
}
