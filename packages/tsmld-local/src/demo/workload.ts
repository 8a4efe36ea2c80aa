/** A user record by its identity: the `n`-th of its key. */
export interface Identity {
  readonly key: string
  readonly n: number
}

/** What the demo puts: the identities of one Kinesis record, several where they travel as one KPL aggregate. */
export type KinesisPut = readonly [Identity, ...Identity[]]

/** One change of an item; its identity is the item's id and the number of the change. */
export interface ItemChange extends Identity {
  readonly action: 'insert' | 'modify' | 'remove'
}

const keys = 200
const blocks = 5
const recordsOfABlock = 20

/** How many user records {@link kinesisPuts} holds. */
export const kinesisTotal = keys * blocks * recordsOfABlock

/**
 * The Kinesis records in the order in which they are put: 200 keys, 100 records each. Half of them travel in aggregates of twenty, all of one key,
 * because the KCL drops an aggregate that holds a key of another shard than its own. Half, because kinesis-local's work for a put grows with
 * the Kinesis records that the shard holds.
 */
export function kinesisPuts(): readonly KinesisPut[] {
  const puts: KinesisPut[] = []
  for (let block = 0; block < blocks; block++)
    for (let step = 0; step < recordsOfABlock; step++)
      for (let index = 0; index < keys; index++) {
        const key = `key-${String(index).padStart(3, '0')}`
        const first = block * recordsOfABlock
        const aggregated = (index + block) % 2 === 0
        if (!aggregated) puts.push([{ key, n: first + step }])
        else if (step === 0)
          puts.push([
            { key, n: first },
            ...Array.from({ length: recordsOfABlock - 1 }, (_, more) => ({ key, n: first + 1 + more })),
          ])
      }
  return puts
}

/** The data of a Kinesis user record, about 100 bytes. */
export function recordData({ key, n }: Identity): string {
  return JSON.stringify({
    key,
    n,
    page: `/products/${String(n)}`,
    agent: 'a reader of the demo',
    padding: '.'.repeat(20),
  })
}

/** Reads the identity from a record's data. */
export function identityOf(data: Uint8Array): Identity {
  const { key, n } = JSON.parse(Buffer.from(data).toString()) as Identity
  return { key, n }
}

const items = 500
const actions = ['insert', 'modify', 'modify', 'remove'] as const

/** How many changes {@link itemChanges} holds. */
export const itemTotal = items * actions.length

/** The changes of all items, an item at a time: each is inserted, modified twice and removed. */
export function itemChanges(): readonly (readonly ItemChange[])[] {
  return Array.from({ length: items }, (_, index) =>
    actions.map((action, n) => ({ key: `item-${String(index).padStart(3, '0')}`, n, action })),
  )
}
