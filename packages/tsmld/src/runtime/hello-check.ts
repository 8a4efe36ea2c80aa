import type { Hello } from '../protocol/messages.ts'
import { forgetOldest } from './forget-oldest.ts'

const rememberedLeases = 4_096

/** Judges the hellos of one stream: a lease identity opens one session, ever, so that a recorded hello is of no use. */
export class HelloCheck {
  readonly #applicationName: string
  readonly #leases = new Set<string>()

  constructor(applicationName: string) {
    this.#applicationName = applicationName
  }

  /** Notes the hello's lease, or says why its session is refused. */
  claim({ stream, leaseId }: Pick<Hello, 'stream' | 'leaseId'>): string | null {
    if (stream !== this.#applicationName) return `this listener serves ${this.#applicationName}, not ${stream}`
    if (this.#leases.has(leaseId)) return 'this lease has had its session'
    this.#leases.add(leaseId)
    forgetOldest(this.#leases, rememberedLeases)
    return null
  }
}
