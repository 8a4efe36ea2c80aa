import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { createClient } from 'redis'
import { type Item, imageOf, itemPrefix } from '../items.ts'

/** What a cache should hold, body by key. */
export type Expected = ReadonlyMap<string, string>

/** What the table says: the bodies of what has not expired, and the counters. */
export async function expectedOf(
  dynamodb: DynamoDBClient,
  tableName: string,
  counters: ReadonlyMap<string, number>,
): Promise<Expected> {
  const expected = new Map([...counters].map(([key, value]) => [key, String(value)]))
  let from: Record<string, never> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await dynamodb.send(
      new ScanCommand({ TableName: tableName, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
    )
    for (const item of Items) {
      const { key, body, expiresAtMs } = imageOf(unmarshall(item) as Item)
      if (expiresAtMs === undefined || expiresAtMs > Date.now()) expected.set(key, String(body))
    }
    from = LastEvaluatedKey as typeof from
  } while (from !== undefined)
  return expected
}

/** Every key of a cache beside what it should be: a line for each that differs. */
export async function differences(
  client: Pick<ReturnType<typeof createClient>, 'mGet' | 'sendCommand'>,
  expected: Expected,
): Promise<string[]> {
  const wrong: string[] = []
  const unseen = new Set(expected.keys())
  for (let cursor: string | null = null; cursor !== '0'; ) {
    const [next, names]: [string, string[]] = await client.sendCommand(['SCAN', cursor ?? '0', 'COUNT', '2000'])
    cursor = next
    const keys = names.filter(name => name.startsWith(itemPrefix) || name.startsWith('clicks:'))
    if (keys.length === 0) continue
    const values = await client.mGet(keys)
    for (const [index, key] of keys.entries()) {
      const value = values[index]
      // It expired since the server named it.
      if (value == null) continue
      unseen.delete(key)
      if (value !== expected.get(key)) wrong.push(`${key}: ${value} instead of ${expected.get(key) ?? 'nothing'}`)
    }
  }
  return [...wrong, ...[...unseen].map(key => `${key}: nothing instead of ${expected.get(key) ?? ''}`)]
}
