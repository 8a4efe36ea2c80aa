import { setTimeout as delay } from 'node:timers/promises'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { type LocalClients, putRecords } from 'tsmld-local'
import type { Identity } from '../../test/real/support/oracle.ts'

/** Puts a round of numbered records every so often, the same keys each time. */
export class Producer {
  readonly produced: Identity[] = []
  readonly #keys: readonly string[]
  readonly #put: (round: readonly Identity[]) => Promise<void>
  readonly #ending = new AbortController()
  readonly #loop: Promise<void>

  constructor(keys: number, everyMs: number, put: (round: readonly Identity[]) => Promise<void>) {
    this.#keys = Array.from({ length: keys }, (_, key) => `key-${key}`)
    this.#put = put
    this.#loop = this.#produce(everyMs)
  }

  async end(): Promise<void> {
    this.#ending.abort()
    await this.#loop
  }

  async #produce(everyMs: number): Promise<void> {
    for (let n = 0; !this.#ending.signal.aborted; n++) {
      const round = this.#keys.map(key => ({ key, n }))
      await this.#insist(round)
      this.produced.push(...round)
      await delay(everyMs)
    }
  }

  /** A put that failed may have been carried out: what comes twice then are two records of one name, which the sink counts as a duplicate. */
  async #insist(round: readonly Identity[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#put(round)
      } catch (error) {
        if (attempt === 20) throw error
        await delay(250)
      }
    }
  }
}

const hashKeys = 2n ** 128n

/** Puts a round to a Kinesis stream, its keys spread evenly, so that every shard gets records. */
export const toStream =
  ({ kinesis }: LocalClients, stream: string) =>
  (round: readonly Identity[]): Promise<void> =>
    putRecords(
      kinesis,
      stream,
      round.map((identity, place) => ({
        PartitionKey: identity.key,
        ExplicitHashKey: String((hashKeys * BigInt(2 * place + 1)) / BigInt(2 * round.length)),
        Data: Buffer.from(JSON.stringify(identity)),
      })),
    )

/** Writes a round as changes of a table's items. */
export const toTable =
  ({ dynamodb }: LocalClients, table: string) =>
  async (round: readonly Identity[]): Promise<void> => {
    await Promise.all(
      round.map(({ key, n }) =>
        dynamodb.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { id: { S: key } },
            UpdateExpression: 'SET n = :n',
            ExpressionAttributeValues: { ':n': { N: String(n) } },
          }),
        ),
      ),
    )
  }
