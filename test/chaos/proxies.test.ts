import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type DynamodbProxy, ofTables, startDynamodbProxy } from '../../chaos/proxies/dynamodb-proxy.ts'
import { cutConnection, cutInside, proxySockets, stallConnection } from '../../chaos/proxies/socket-proxy.ts'

let proxy: DynamodbProxy
const reached: string[] = []
const dynamodb = createHttpServer((incoming, outgoing) => {
  incoming.on('data', (body: Buffer) => reached.push(body.toString()))
  incoming.on('end', () => outgoing.end('{"ok":true}'))
})
const ask = async (table: string, timeoutMs = 5_000, operation = 'GetItem') => {
  const body = JSON.stringify({ TableName: table })
  const headers = { 'x-amz-target': `DynamoDB_20120810.${operation}` }
  return fetch(proxy.endpoint, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) })
}

before(async () => {
  dynamodb.listen(0, '127.0.0.1')
  await once(dynamodb, 'listening')
  proxy = await startDynamodbProxy(`http://127.0.0.1:${(dynamodb.address() as AddressInfo).port}`, ofTables(['app']))
})
after(async () => {
  await proxy.close()
  dynamodb.closeAllConnections()
  dynamodb.close()
})

test('in fair weather a request passes and its answer comes back', async () => {
  proxy.set({ kind: 'fair' })
  assert.deepEqual(await (await ask('app')).json(), { ok: true })
})

test('a throttled table answers as DynamoDB does, and is not reached', async () => {
  proxy.set({ kind: 'throttled', share: 100 })
  const before = reached.length
  const answer = await ask('app-CoordinatorState')
  assert.equal(answer.status, 400)
  assert.match(await answer.text(), /"com\.amazonaws\.dynamodb\.v20120810#ProvisionedThroughputExceededException"/)
  assert.equal(reached.length, before)
})

test('requests of one kind can be throttled alone, and what is struck is counted', async () => {
  proxy.set({ kind: 'throttled', share: 100, only: ({ operation }) => operation === 'UpdateItem' })
  const { struck } = proxy
  assert.equal((await ask('app', 5_000, 'PutItem')).status, 200)
  assert.equal(proxy.struck, struck)
  assert.equal((await ask('app', 5_000, 'UpdateItem')).status, 400)
  assert.equal(proxy.struck, struck + 1)
})

test('a missing permission names the operation', async () => {
  proxy.set({ kind: 'denied' })
  const answer = await ask('app', 5_000, 'DescribeTable')
  assert.equal(answer.status, 400)
  assert.match(await answer.text(), /#AccessDeniedException".* is not authorized to perform: dynamodb:DescribeTable"/)
})

test('other tables have fair weather', async () => {
  proxy.set({ kind: 'errors', share: 100 })
  assert.equal((await ask('other')).status, 200)
  assert.equal((await ask('app')).status, 500)
})

test('where answers get lost the request was carried out', async () => {
  proxy.set({ kind: 'answersLost', share: 100 })
  const before = reached.length
  await assert.rejects(ask('app'))
  assert.equal(reached.length, before + 1)
})

test('a table that is down resets, a silent one does not answer, and both recover', async () => {
  proxy.set({ kind: 'down' })
  await assert.rejects(ask('app'), { name: 'TypeError' })
  proxy.set({ kind: 'silent' })
  await assert.rejects(ask('app', 300), { name: 'TimeoutError' })
  proxy.set({ kind: 'fair' })
  assert.equal((await ask('app')).status, 200)
})

test('a slow table answers late', async () => {
  proxy.set({ kind: 'slow', ms: 300 })
  const from = performance.now()
  assert.equal((await ask('app')).status, 200)
  assert.ok(performance.now() - from >= 290)
})

test('a Unix socket’s proxy passes bytes and ends both ways, and cuts, halves and stalls on demand, and says whether it did', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'))
  proxySockets()
  const server = createServer({ allowHalfOpen: true })
  const path = join(folder, 'listener.sock')
  server.listen({ path })
  await once(server, 'listening')
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const joined = async (): Promise<[Socket, Socket]> => {
    const client = connect({ path, allowHalfOpen: true }).on('error', () => {})
    const [socket] = (await once(server, 'connection')) as [Socket]
    return [client, socket.on('error', () => {})]
  }
  const said = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0])

  const [client, served] = await joined()
  client.write('to Node')
  assert.equal(await said(served), 'to Node')
  served.end('to the daemon')
  assert.equal(await said(client), 'to the daemon')
  client.end('last words')
  assert.equal(await said(served), 'last words')
  await once(served, 'close')

  const [second, servedSecond] = await joined()
  assert.equal(stallConnection(0, 200), true)
  const from = performance.now()
  second.write('late')
  assert.equal(await said(servedSecond), 'late')
  assert.ok(performance.now() - from >= 190)

  const cuts: boolean[] = []
  for (let order = 0; order < 2; order++) cutInside(0, isCut => cuts.push(isCut))
  assert.equal(cuts.length, 0)
  second.write('12345678')
  assert.equal(await said(servedSecond), '1234')
  assert.deepEqual(cuts, [true, true])
  servedSecond.end()
  await once(second.resume(), 'end')
  second.end()

  const [third, servedThird] = await joined()
  cutInside(0, isCut => cuts.push(isCut))
  assert.equal(cutConnection(0), true)
  await Promise.all([once(third.resume(), 'end'), once(servedThird.resume(), 'end')])
  third.end()
  servedThird.end()
  assert.equal(cutConnection(0), false)
  assert.equal(stallConnection(0, 1), false)
  cutInside(0, isCut => cuts.push(isCut))
  // Of the third nothing more came, and then there was none.
  assert.deepEqual(cuts, [true, true, false, false])
})
