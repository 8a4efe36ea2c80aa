import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What becomes of requests. */
export type GateState = 'open' | 'throttled' | 'denied' | 'down'

/** Stands before DynamoDB. */
export interface DynamodbGate extends AsyncDisposable {
  readonly endpoint: string
  /** How many requests were throttled or cut off. */
  readonly refused: number
  set(state: GateState): void
}

const throttled = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'beyond the capacity',
}
const denied = (operation: string) => ({
  __type: 'com.amazon.coral.service#AccessDeniedException',
  Message: `User: arn:aws:iam::000000000000:user/clicks is not authorized to perform: dynamodb:${operation}`,
})

/**
 * Opens a gate before `target`. While it is `throttled`, requests that `isThrottled` picks are answered as DynamoDB answers beyond a table's capacity; while it is `down`, every
 * connection is cut, and while it is `denied`, whoever asks has no permission for anything.
 * @param isThrottled is given the operation, such as `UpdateItem`, and the body.
 */
export async function openGate(
  target: string,
  isThrottled: (operation: string, body: string) => boolean = () => true,
): Promise<DynamodbGate> {
  let state: GateState = 'open'
  let refused = 0
  const server = createServer((incoming, outgoing) => {
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('end', () => {
      const body = Buffer.concat(pieces)
      const [, operation = ''] = String(incoming.headers['x-amz-target']).split('.')
      if (state === 'down') {
        refused++
        outgoing.destroy()
      } else if (state === 'denied' || (state === 'throttled' && isThrottled(operation, body.toString()))) {
        refused++
        const answer = state === 'denied' ? denied(operation) : throttled
        outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer))
      } else {
        const forward = request(new URL(incoming.url ?? '/', target), { method: 'POST', headers: incoming.headers })
        forward.on('response', answer => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(outgoing)
        })
        forward.on('error', () => outgoing.destroy())
        forward.end(body)
      }
    })
    incoming.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refused() {
      return refused
    },
    set(next) {
      state = next
      if (next === 'down') server.closeAllConnections()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
