import { connect, Server, type Socket } from 'node:net'

// Stands between the daemon and the listener of this process: a server that would listen on a Unix socket's path listens beside it, and the proxy on the path. As it is part of the
// process, it also stops and dies with it.

interface Pair {
  readonly daemon: Socket
  readonly node: Socket
  /** Where there is one, only the first half of the next chunk passes; then both sides are cut, and it is told so, or that nothing came before the end. */
  cutInside: ((isCut: boolean) => void) | null
  isCut: boolean
}

const pairs = new Set<Pair>()

/** Puts the proxy before every Unix socket that this process listens on from now on. */
export function proxySockets(): void {
  const listen = Server.prototype.listen
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    const [at] = args as [{ readonly path?: unknown } | undefined]
    const path = typeof at === 'object' && typeof at.path === 'string' ? at.path : undefined
    if (path === undefined) return Reflect.apply(listen, this, args) as Server
    const proxy = new Server({ allowHalfOpen: true }, daemon => {
      join(daemon, connect({ path: `${path}+`, allowHalfOpen: true }))
    })
    Reflect.apply(listen, proxy, [{ path }])
    this.once('close', () => proxy.close())
    return Reflect.apply(listen, this, [{ ...at, path: `${path}+` }, ...args.slice(1)]) as Server
  } as typeof listen
}

/** Cuts the `at`-th live connection, modulo their number; false where there is none. */
export function cutConnection(at: number): boolean {
  return strike(at, end)
}

/** Cuts it in the middle of what comes next from either side; `onOver` is told whether something came, or false at once where there is no connection. */
export function cutInside(at: number, onOver: (isCut: boolean) => void): void {
  const isThere = strike(at, pair => {
    const earlier = pair.cutInside
    pair.cutInside = isCut => {
      earlier?.(isCut)
      onOver(isCut)
    }
  })
  if (!isThere) onOver(false)
}

/** Lets no byte of it pass for that long. */
export function stallConnection(at: number, ms: number): boolean {
  return strike(at, ({ daemon, node }) => {
    for (const socket of [daemon, node]) socket.pause()
    setTimeout(() => {
      for (const socket of [daemon, node]) socket.resume()
    }, ms).unref()
  })
}

function strike(at: number, how: (pair: Pair) => void): boolean {
  const live = [...pairs]
  const pair = live[at % Math.max(1, live.length)]
  if (pair !== undefined) how(pair)
  return pair !== undefined
}

function join(daemon: Socket, node: Socket): void {
  const pair: Pair = { daemon, node, cutInside: null, isCut: false }
  pairs.add(pair)
  for (const [from, to] of [
    [daemon, node],
    [node, daemon],
  ] as const) {
    from.on('data', (chunk: Buffer) => {
      if (pair.isCut) return
      if (pair.cutInside !== null) {
        pair.isCut = true
        to.write(chunk.subarray(0, chunk.length >> 1), () => end(pair))
        tell(pair, true)
        return
      }
      if (to.write(chunk)) return
      from.pause()
      to.once('drain', () => from.resume())
    })
    from.on('end', () => to.end())
    from.on('error', () => end(pair))
    from.on('close', () => {
      pairs.delete(pair)
      tell(pair, false)
      to.end()
    })
  }
}

function tell(pair: Pair, isCut: boolean): void {
  pair.cutInside?.(isCut)
  pair.cutInside = null
}

function end({ daemon, node }: Pair): void {
  daemon.destroy()
  node.destroy()
}
