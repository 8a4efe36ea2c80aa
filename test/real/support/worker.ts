// A program with one runtime, run as a process of its own so that it can be signalled, stopped and killed. Its configuration is JSON in TSMLD_WORKER; it prints JSON lines and
// takes orders as JSON lines on its standard input, at whose end it ends at once.
import {
  createRuntime,
  dynamodbStream,
  kinesisStream,
  type Logger,
  type RuntimeOptions,
  type RuntimeStatus,
} from 'tsmld'
import type { SinkLine } from './oracle.ts'
import { itemSink, kinesisSink, type SinkBehaviour } from './sink.ts'
import { type LifeLine, live, printLine } from './worker-life.ts'

/** What a worker runs. */
export interface WorkerConfig {
  readonly streams: readonly ({ readonly applicationName: string; readonly behaviour?: SinkBehaviour } & (
    | { readonly streamName: string }
    | { readonly tableName: string }
  ))[]
  readonly runtime: Omit<RuntimeOptions, 'streams' | 'logger' | 'onStreamFailed'>
}

/** What a worker prints. */
export type WorkerLine =
  | SinkLine
  | LifeLine
  | { readonly type: 'status'; readonly status: RuntimeStatus }
  | { readonly type: 'log'; readonly level: string; readonly message: string; readonly fields: unknown }

/** What a worker is told. */
export type WorkerOrder =
  | { readonly do: 'status' }
  | { readonly do: 'block'; readonly ms: number }
  /** Changes what its sinks do from the next batch on. */
  | { readonly do: 'behave'; readonly behaviour: SinkBehaviour }

if (process.env['TSMLD_WORKER'] !== undefined) await work(JSON.parse(process.env['TSMLD_WORKER']) as WorkerConfig)

async function work({ streams, runtime: options }: WorkerConfig): Promise<void> {
  const say: (line: WorkerLine) => void = printLine
  const changed: SinkBehaviour = {}
  const runtime = createRuntime({
    ...options,
    logger: sayingLogger(say),
    streams: streams.map(({ behaviour = changed, ...stream }) =>
      'tableName' in stream
        ? dynamodbStream({ ...stream, processor: itemSink(say, behaviour) })
        : kinesisStream({ ...stream, processor: kinesisSink(say, behaviour) }),
    ),
  })
  await live(runtime, say, text => {
    const order = JSON.parse(text) as WorkerOrder
    if (order.do === 'status') say({ type: 'status', status: runtime.status() })
    else if (order.do === 'behave') Object.assign(changed, order.behaviour)
    else for (const end = Date.now() + order.ms; Date.now() < end; );
  })
}

function sayingLogger(say: (line: WorkerLine) => void): Logger {
  const at = (level: string) => (fields: object, message?: string) => {
    const { err, ...others } = fields as { err?: Error }
    say({ type: 'log', level, message: message ?? '', fields: { ...others, ...(err && { err: err.message }) } })
  }
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') }
}
