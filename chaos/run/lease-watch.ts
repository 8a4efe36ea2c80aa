import { setTimeout as delay } from 'node:timers/promises'
import { type DynamoDBClient, ResourceNotFoundException, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { Holdings } from '../report/lease-spread.ts'
import { nowUs } from '../worker/lines.ts'

/** A checkpoint that was seen in a lease table; it was there at the latest at `atUs`. */
export interface SeenCheckpoint {
  readonly atUs: number
  readonly application: string
  readonly shardId: string
  /** A sequence number or a sentinel. */
  readonly sequenceNumber: string
  readonly subSequenceNumber: number
}

/** A shard's lease and who holds it. */
export interface Lease {
  readonly application: string
  readonly shardId: string
  readonly owner: string | null
}

const everyMs = 500

/** Reads the lease tables past all proxies: what the checkpoints were is not left to the workers' word. */
export class LeaseWatch {
  readonly checkpoints: SeenCheckpoint[] = []
  /** Of the first application, twice a second. */
  readonly holdings: Holdings[] = []
  readonly #dynamodb: DynamoDBClient
  readonly #applications: readonly string[]
  readonly #last = new Map<string, string>()
  readonly #ending = new AbortController()
  readonly #loop: Promise<void>

  constructor(dynamodb: DynamoDBClient, applications: readonly string[]) {
    this.#dynamodb = dynamodb
    this.#applications = applications
    this.#loop = this.#watch()
  }

  /** Looks now. */
  async leases(): Promise<Lease[]> {
    return (await Promise.all(this.#applications.map(application => this.#scan(application)))).flat()
  }

  async end(): Promise<void> {
    this.#ending.abort()
    await this.#loop
  }

  async #watch(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.leases()
      await delay(everyMs)
    }
  }

  async #scan(application: string): Promise<(Lease & { readonly sequenceNumber: string })[]> {
    const items = await this.#items(application)
    const atUs = nowUs()
    const leases = items.map(item => {
      const shardId = item['leaseKey']?.S ?? ''
      const sequenceNumber = item['checkpoint']?.S ?? ''
      const subSequenceNumber = Number(item['checkpointSubSequenceNumber']?.N ?? 0)
      const [key, now] = [`${application}/${shardId}`, `${sequenceNumber}/${subSequenceNumber}`]
      if (this.#last.get(key) !== now) {
        this.#last.set(key, now)
        this.checkpoints.push({ atUs, application, shardId, sequenceNumber, subSequenceNumber })
      }
      return { application, shardId, owner: item['leaseOwner']?.S ?? null, sequenceNumber }
    })
    if (application === this.#applications[0]) this.#noteHoldings(atUs, leases)
    return leases
  }

  #noteHoldings(atUs: number, leases: readonly (Lease & { readonly sequenceNumber: string })[]): void {
    const held = new Map<string, number>()
    const open = leases.filter(({ sequenceNumber }) => sequenceNumber !== 'SHARD_END')
    for (const { owner } of open) if (owner !== null) held.set(owner, (held.get(owner) ?? 0) + 1)
    this.holdings.push({ atUs, held, free: open.filter(({ owner }) => owner === null).length })
  }

  async #items(TableName: string) {
    try {
      return (await this.#dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? []
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return []
      throw error
    }
  }
}
