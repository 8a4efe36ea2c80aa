import { nameOf } from '../../test/real/support/oracle.ts'
import type { Strike } from '../report/strike.ts'
import type { WorkerLine } from '../worker/lines.ts'
import type { Taken } from './sink-server.ts'

type Begun = Extract<WorkerLine, { type: 'begun' | 'checkpointed' }>

/** What is written down during a run. */
export class Notes {
  /** Where each session began. */
  readonly begun: Begun[] = []
  /** Checkpoints that a worker was told to be taken. */
  readonly acknowledged: Begun[] = []
  readonly strikes: Strike[] = []
  /** What nobody wanted to happen. */
  readonly surprises: string[] = []
  /** How many records had not come, at the end of each second. */
  readonly behind: number[] = []
  /** Names of the records that came. */
  readonly came = new Set<string>()

  line(line: WorkerLine): void {
    if (line.type === 'begun') this.begun.push(line)
    if (line.type === 'checkpointed') this.acknowledged.push(line)
  }

  taken(record: Taken): void {
    this.came.add(nameOf(record.application, record))
  }
}
