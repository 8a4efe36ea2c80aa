import assert from 'node:assert/strict'
import { type AttributeValue, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { TestStack } from './stack.ts'

type Row = Record<string, AttributeValue>

/** The KCL's word on an application's move to KCL 3 (its ClientVersion); undefined where it has none. */
export async function clientVersion(stack: TestStack, application: string): Promise<string | undefined> {
  return (await migrationRow(stack, application))?.['cv']?.S
}

/** Does what the KCL's leader does once its whole fleet has been ready for ten minutes. */
export async function switchTo3x(stack: TestStack, application: string): Promise<void> {
  const row = await migrationRow(stack, application)
  assert.equal(row?.['cv']?.S, 'CLIENT_VERSION_UPGRADE_FROM_2X')
  const Item = { ...row, cv: { S: 'CLIENT_VERSION_3X_WITH_ROLLBACK' } }
  await stack.dynamodb.send(new PutItemCommand({ TableName: tableOf(application), Item }))
}

async function migrationRow({ dynamodb }: TestStack, application: string): Promise<Row | undefined> {
  const scan = new ScanCommand({ TableName: tableOf(application), ConsistentRead: true })
  const { Items = [] } = await dynamodb.send(scan)
  return Items.find(({ key }) => key?.S === 'Migration3.0')
}

const tableOf = (application: string): string => `${application}-CoordinatorState`
