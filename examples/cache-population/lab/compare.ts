import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { createClient } from 'redis'
import { cacheKeys } from '../cache-keys.ts'
import { type Item, imageOf } from '../items.ts'

/** What a cache should hold, body by key; of a key what stands behind the cache's name, since all caches of a table hold the same. */
export type Expected = ReadonlyMap<string, string>

/** What the table says: the bodies of what has not expired, and the counters. */
export async function expectedOf(
  dynamodb: DynamoDBClient,
  tableName: string,
  counters: ReadonlyMap<string, number>,
): Promise<Expected> {
  const keys = cacheKeys('')
  const expected = new Map([...counters].map(([counter, value]) => [`${keys.counters}${counter}`, String(value)]))
  let from: Record<string, never> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await dynamodb.send(
      new ScanCommand({ TableName: tableName, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
    )
    for (const item of Items) {
      const { key, body, expiresAtMs } = imageOf(unmarshall(item) as Item, keys.items)
      if (expiresAtMs === undefined || expiresAtMs > Date.now()) expected.set(key, String(body))
    }
    from = LastEvaluatedKey as typeof from
  } while (from !== undefined)
  return expected
}

/** Every key of a cache beside what it should be: a line for each that differs. */
export async function differences(
  client: Pick<ReturnType<typeof createClient>, 'mGet' | 'sendCommand'>,
  cacheName: string,
  expected: Expected,
): Promise<string[]> {
  const { items, counters } = cacheKeys(cacheName)
  const wrong: string[] = []
  const unseen = new Set(expected.keys())
  for (let cursor: string | null = null; cursor !== '0'; ) {
    const [next, names]: [string, string[]] = await client.sendCommand(['SCAN', cursor ?? '0', 'COUNT', '2000'])
    cursor = next
    const keys = names.filter(name => name.startsWith(items) || name.startsWith(counters))
    if (keys.length === 0) continue
    const values = await client.mGet(keys)
    for (const [index, name] of keys.entries()) {
      const key = name.slice(cacheName.length)
      const value = values[index]
      // It expired since the server named it.
      if (value == null) continue
      unseen.delete(key)
      if (value !== expected.get(key)) wrong.push(`${name}: ${value} instead of ${expected.get(key) ?? 'nothing'}`)
    }
  }
  return [...wrong, ...[...unseen].map(key => `${cacheName}${key}: nothing instead of ${expected.get(key) ?? ''}`)]
}
