import type { BenchOptions } from '../cli/arguments.ts'
import type { Progress } from '../cli/progress.ts'
import type { Cleanup } from '../harness/cleanup.ts'
import type { Driver } from '../harness/driver.ts'
import type { CaseSettings } from '../harness/run-case.ts'
import type { Result } from '../report/results.ts'

/** What every group of a run needs. */
export interface BenchContext extends CaseSettings {
  readonly options: BenchOptions
  /** A driver with at least that heap: a new one for each group, or, in a quick run, the one that runs. */
  readonly openDriver: (heapBytes: number) => Promise<Driver>
  readonly cleanup: Cleanup
  readonly progress: Progress
  /** Takes a result as soon as it is there. */
  readonly add: (result: Result) => void
  /** Takes what a reader of the results must know. */
  readonly note: (sentence: string) => void
}
