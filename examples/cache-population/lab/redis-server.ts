import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from 'redis'
import { ensureRedis } from './ensure-redis.ts'

/** A Redis server of the lab: it keeps an append-only file, so that it can be killed and started again. */
export interface RedisServer {
  readonly url: string
  /** Ends it by SIGKILL, as a crash would. */
  kill(): Promise<void>
  /** Starts it again on its port: with what its file has, or `wiped`. */
  restart(how?: { readonly wiped: boolean }): Promise<void>
  stop(): Promise<void>
}

// Ends the server when this process is gone, whichever way.
const guard = fileURLToPath(new URL('../../../packages/tsmld-local/guard.mjs', import.meta.url))

/** Starts a Redis server on a free port of the loopback, in a folder of its own. With `always` what it confirmed outlives SIGKILL. */
export async function startRedis({ appendfsync = 'everysec' } = {}): Promise<RedisServer> {
  const command = await ensureRedis(message => process.stderr.write(`${message}\n`))
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${String(port)}`
  let running: ChildProcess | undefined

  const start = async (): Promise<void> => {
    const options = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'yes', appendfsync }
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
    const child = spawn(process.execPath, [guard, folder, command, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    running = child
    let said = ''
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (piece: string) => {
        said = (said + piece).slice(-2_000)
      })
    for (let attempt = 0; !(await answers(url)); attempt++) {
      if (child.exitCode !== null || attempt === 200) throw new Error(`${command} does not serve. It said: ${said}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  const kill = async (): Promise<void> => {
    const child = running
    running = undefined
    if (child === undefined || child.exitCode !== null) return
    const gone = once(child, 'close')
    child.stdin?.end()
    await gone
  }
  await start()
  return {
    url,
    kill,
    async restart({ wiped } = { wiped: false }) {
      await kill()
      // A file up to Redis 6, a folder of them from 7 on.
      if (wiped)
        for (const name of ['appendonly.aof', 'appendonlydir'])
          await rm(join(folder, name), { recursive: true, force: true })
      await start()
    },
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** While it loads its file it is there, but does not answer. */
async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    if (client.isOpen) client.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
