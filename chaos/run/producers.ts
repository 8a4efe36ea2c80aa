import type { LocalClients } from 'tsmld-local'
import { type Identity, nameOf } from '../../test/real/support/oracle.ts'
import { applicationOf } from '../worker/lines.ts'
import type { Pace } from './pace.ts'
import { Producer, toStream, toTable } from './producer.ts'

const tableKeys = 6
const tableRoundMs = 300

/** The producers of a run, one for each application. */
export class Producers {
  readonly #all: ReadonlyMap<string, Producer>

  /** Starts them. */
  constructor(clients: LocalClients, stream: string, table: string | null, { keys, roundMs }: Pace) {
    const ofTable = (name: string): Producer => new Producer(tableKeys, tableRoundMs, toTable(clients, name))
    this.#all = new Map([
      [stream, new Producer(keys, roundMs, toStream(clients, stream))],
      ...(table === null ? [] : ([[applicationOf(table), ofTable(table)]] as const)),
    ])
  }

  /** What was produced, by application. */
  get produced(): ReadonlyMap<string, readonly Identity[]> {
    return new Map([...this.#all].map(([application, { produced }]) => [application, produced]))
  }

  names(): string[] {
    return [...this.produced].flatMap(([application, all]) => all.map(identity => nameOf(application, identity)))
  }

  async end(): Promise<void> {
    await Promise.all([...this.#all.values()].map(producer => producer.end()))
  }
}
