import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Finds `count` different TCP ports that are free on the loopback at this moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  try {
    // All are held at once, so that no two are the same.
    await Promise.all(
      servers.map(async server => {
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
      }),
    )
    return servers.map(server => (server.address() as AddressInfo).port)
  } finally {
    await Promise.all(
      servers.map(async server => {
        if (!server.listening) return
        server.close()
        await once(server, 'close')
      }),
    )
  }
}
