import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** Where the driver's sessions go, as tsmld told its daemon. */
export interface DaemonOrders {
  /** The relay's process, which is no part of the consumer. */
  readonly relayPid: number
  readonly token: string
  readonly listeners: readonly object[]
  /** What a stock daemon runs for each shard; null of the embedded one. */
  readonly executable: string | null
}

/** The daemon's end of one tsmld's control channel: answers as the daemon would, and tells what it was told. */
export class Control {
  readonly #server: Server
  readonly #orders: Promise<DaemonOrders>

  private constructor(server: Server) {
    this.#server = server
    this.#orders = new Promise((resolve, reject) => {
      server.once('connection', socket => {
        converse(socket, resolve)
      })
      server.once('error', reject)
    })
  }

  static async listen(path: string): Promise<Control> {
    const server = createServer()
    const control = new Control(server)
    await new Promise<void>(resolve => {
      server.listen(path, resolve)
    })
    return control
  }

  /** Resolves when the stream is to be started. */
  get orders(): Promise<DaemonOrders> {
    return this.#orders
  }

  close(): void {
    this.#server.close()
  }
}

interface Order {
  readonly type: string
  readonly pid?: number
  readonly token?: string
  readonly executable?: string
  readonly listeners?: readonly object[]
  readonly stream?: { readonly name: string }
}

function converse(socket: Socket, resolve: (orders: DaemonOrders) => void): void {
  const say = (report: object): void => {
    socket.write(`${JSON.stringify(report)}\n`)
  }
  let relayPid = 0
  let token = ''
  let listeners: readonly object[] = []
  socket.on('error', () => {})
  createInterface({ input: socket }).on('line', line => {
    const order = JSON.parse(line) as Order
    switch (order.type) {
      case 'relay':
        relayPid = order.pid ?? 0
        return
      case 'stock':
        resolve({ relayPid, token, listeners, executable: order.executable ?? '' })
        return
      case 'start':
        token = order.token ?? ''
        say({ type: 'ready', version: 1, pid: relayPid, java: '17', kcl: 'none' })
        return
      case 'listeners':
        listeners = order.listeners ?? []
        return
      case 'startStream':
        resolve({ relayPid, token, listeners, executable: null })
        say({ type: 'streamStarted', stream: order.stream?.name })
        return
      case 'stop':
        say({ type: 'exit', code: 0, reason: 'the bench is over' })
        socket.end()
        return
      default:
        return
    }
  })
}
