import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

/** What the probes are told. */
export interface Health {
  readonly live: boolean
  readonly ready: boolean
  readonly reasons: readonly string[]
}

/** Answers `/live` and `/ready` with 200 or 503, and why. */
export async function serveProbes(port: number, health: () => Health): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const { live, ready, reasons } = health()
    const isWell = url === '/live' ? live : ready
    response
      .writeHead(isWell ? 200 : 503, { 'content-type': 'application/json' })
      .end(JSON.stringify({ live, ready, reasons }))
  })
  server.listen(port)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Error(`The probes cannot be served on PORT ${String(port)}: ${(error as Error).message}`, {
      cause: error,
    })
  }
  return server
}
