import type { WorkerLine } from '../worker/lines.ts'
import { until } from './until.ts'
import { within } from './within.ts'

/** An order of which workers say whether it found something. */
export interface ReportedOrder {
  readonly id: number
  /** The first worker's word on it. */
  readonly found: Promise<boolean>
}

/** What workers say of the faults that only they can see: whether an order found something to strike, and that the sink refused them. */
export class StrikeReports {
  readonly #waiting = new Map<number, (found: boolean) => void>()
  readonly #refusedAtUs: number[] = []
  #lastId = 0

  note(line: WorkerLine): void {
    if (line.type === 'struck') this.#waiting.get(line.order)?.(line.found)
    if (line.type === 'refused') this.#refusedAtUs.push(line.atUs)
  }

  newOrder(): ReportedOrder {
    const id = ++this.#lastId
    const found = new Promise<boolean>(resolve => this.#waiting.set(id, resolve))
    return { id, found }
  }

  /** What is said of an order; null where nobody says anything in time. @param ms milliseconds */
  async of({ id, found }: ReportedOrder, ms: number): Promise<boolean | null> {
    const said = await within(found, ms)
    this.#waiting.delete(id)
    return said
  }

  /** Whether a write met a sink that was down, since then; a report on its way is waited for. */
  async wasRefusedSince(us: number): Promise<boolean> {
    return until(() => this.#refusedAtUs.some(atUs => atUs >= us), 1_000)
  }
}
