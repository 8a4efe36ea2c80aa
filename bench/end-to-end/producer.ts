import { setTimeout as delay } from 'node:timers/promises'
import { type LocalClients, putRecords } from 'tsmld-local'

/** Puts records that carry the time of their put, so that the lag is read from them. */
export class Producer {
  /** How many were put so far. */
  count = 0
  readonly #kinesis: LocalClients['kinesis']
  readonly #stream: string
  readonly #recordBytes: number

  constructor(kinesis: LocalClients['kinesis'], stream: string, recordBytes: number) {
    this.#kinesis = kinesis
    this.#stream = stream
    this.#recordBytes = recordBytes
  }

  /** Resolves when the stream has all of them. */
  async put(count: number): Promise<void> {
    const records = Array.from({ length: count }, () => this.#record())
    await putRecords(this.#kinesis, this.#stream, records)
  }

  /** Puts that many a second, some every 50 ms. */
  async putSteadily(perSecond: number, ms: number): Promise<void> {
    const everyMs = 50
    const start = performance.now()
    const puts: Promise<void>[] = []
    for (let tick = 1; tick * everyMs <= ms; tick++) {
      puts.push(this.put(Math.round((perSecond * everyMs) / 1_000)))
      await delay(Math.max(0, start + tick * everyMs - performance.now()))
    }
    await Promise.all(puts)
  }

  #record(): { Data: Uint8Array; PartitionKey: string } {
    const data = Buffer.alloc(this.#recordBytes)
    data.writeDoubleBE(now())
    return { Data: data, PartitionKey: String(this.count++) }
  }
}

/** The time of day in milliseconds, finer than `Date.now()` and never set back. */
export const now = (): number => performance.timeOrigin + performance.now()
