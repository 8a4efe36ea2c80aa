import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A request as DynamoDB gets it. */
export interface TableRequest {
  /** Such as `UpdateItem`. */
  readonly operation: string
  /** Undefined where it names no table, as DynamoDB Streams' requests. */
  readonly table: string | undefined
  readonly body: string
}

/** What becomes of requests; `share` is how many of 100 it strikes. */
export type TableWeather =
  | { readonly kind: 'fair' }
  | { readonly kind: 'errors'; readonly share: number }
  /** Beyond the table's capacity; with `only`, what that picks. */
  | { readonly kind: 'throttled'; readonly share: number; readonly only?: (request: TableRequest) => boolean }
  /** Whoever asks has no permission for anything. */
  | { readonly kind: 'denied' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** The request is carried out, its answer is not told. */
  | { readonly kind: 'answersLost'; readonly share: number }
  /** Every connection is reset. */
  | { readonly kind: 'down' }
  /** Nothing is answered, nor refused. */
  | { readonly kind: 'silent' }

/** Stands before DynamoDB for one worker. */
export interface DynamodbProxy extends AsyncDisposable {
  readonly endpoint: string
  /** How many requests met something other than fair weather. */
  readonly struck: number
  set(weather: TableWeather): void
  close(): Promise<void>
}

/** Requests for tables whose name begins with one of these. */
export function ofTables(prefixes: readonly string[]): (request: TableRequest) => boolean {
  return ({ table }) => table !== undefined && prefixes.some(prefix => table.startsWith(prefix))
}

/** Starts a proxy before `target`; the requests that `isConcerned` picks, all unless it is given, have its weather, others pass. */
export async function startDynamodbProxy(
  target: string,
  isConcerned: (request: TableRequest) => boolean = () => true,
): Promise<DynamodbProxy> {
  let weather: TableWeather = { kind: 'fair' }
  let struck = 0
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming)
    const asked = requestOf(incoming, body)
    const now = isConcerned(asked) && strikes(weather, asked) ? weather : ({ kind: 'fair' } as const)
    if (now.kind !== 'fair') struck += 1
    switch (now.kind) {
      case 'throttled':
        return refuse(outgoing, 400, `${dynamodb}#ProvisionedThroughputExceededException`)
      case 'errors':
        return refuse(outgoing, 500, `${dynamodb}#InternalServerError`)
      case 'denied':
        return refuse(outgoing, 400, 'com.amazon.coral.service#AccessDeniedException', notAuthorized(asked.operation))
      case 'down':
        incoming.socket.resetAndDestroy()
        return
      case 'silent':
        return
      case 'slow':
        await delay(now.ms)
        break
      case 'answersLost':
        await forward(target, incoming, body)
        incoming.socket.resetAndDestroy()
        return
      case 'fair':
        break
    }
    const { status, headers, body: answered } = await forward(target, incoming, body)
    outgoing.writeHead(status, headers).end(answered)
  }

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get struck() {
      return struck
    },
    set(next) {
      const wasSilent = weather.kind === 'silent'
      weather = next
      // What was never answered never will be: as when a partition heals, connections are found dead.
      if (wasSilent || next.kind === 'down') server.closeAllConnections()
    },
    close,
    [Symbol.asyncDispose]: close,
  }

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

function strikes(weather: TableWeather, asked: TableRequest): boolean {
  if (weather.kind === 'throttled' && weather.only?.(asked) === false) return false
  return !('share' in weather) || Math.random() * 100 < weather.share
}

function requestOf({ headers }: IncomingMessage, bytes: Buffer): TableRequest {
  const body = bytes.toString('latin1')
  const [, operation = ''] = String(headers['x-amz-target']).split('.')
  return { operation, table: /"TableName":"([^"]+)"/.exec(body)?.[1], body }
}

const dynamodb = 'com.amazonaws.dynamodb.v20120810'
const notAuthorized = (operation: string): string =>
  `User: arn:aws:iam::000000000000:user/proxy is not authorized to perform: dynamodb:${operation}`

function refuse(outgoing: ServerResponse, status: number, type: string, message = 'chaos'): void {
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'chaos' })
  outgoing.end(JSON.stringify({ __type: type, message }))
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** These belong to one connection. */
const hops = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])
const endToEnd = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hops.has(name)))

async function forward(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const sent = request(new URL(url ?? '/', target), {
    ...(method !== undefined && { method }),
    headers: { ...endToEnd(headers), 'content-length': body.length },
  })
  sent.end(body)
  const [answered] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answered.statusCode ?? 502, headers: endToEnd(answered.headers), body: await bytesOf(answered) }
}
