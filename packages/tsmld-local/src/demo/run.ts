import type { Logger } from 'tsmld'
import { startLocalStack } from '../local-stack.ts'
import type { DemoArguments } from './arguments.ts'
import { Ledger } from './ledger.ts'
import type { Progress } from './render.ts'
import { makeReport, type Report, renderReport, type StreamResult } from './report.ts'
import { playScenario } from './scenario.ts'
import type { Screen } from './screen.ts'
import { itemTotal, kinesisTotal } from './workload.ts'

const drawEveryMs = 100

/** What the demo runs with. */
export interface DemoContext {
  readonly daemon: DemoArguments['daemon']
  readonly screen: Screen
  readonly logger: Logger
  /** Aborted by Ctrl-C: the demo stops gracefully, with what came so far. */
  readonly interrupted: AbortSignal
}

/** Runs the demo from the emulators' start to their end, and shows it. */
export async function runDemo(context: DemoContext): Promise<Report> {
  const { screen } = context
  const started = performance.now()
  const kinesis: StreamResult = { type: 'kinesis', name: 'clicks', ledger: new Ledger() }
  const dynamodb: StreamResult = { type: 'dynamodb', name: 'items', ledger: new Ledger() }
  let phase = 'starting the emulators'
  const progress = (): Progress => ({
    elapsedMs: performance.now() - started,
    phase,
    streams: [progressOf(kinesis, kinesisTotal), progressOf(dynamodb, itemTotal)],
  })
  const enter = (next: string): void => {
    phase = next
    screen.show(progress())
  }
  const drawing = setInterval(() => {
    screen.show(progress())
  }, drawEveryMs)
  try {
    await using stack = await startLocalStack({
      onProgress: message => {
        screen.write(message)
      },
    })
    const { coldStartMs, error } = await playScenario({ ...context, stack, kinesis, dynamodb, enter })
    clearInterval(drawing)
    enter('done')
    const interrupted = context.interrupted.aborted
    const report = makeReport([kinesis, dynamodb], { coldStartMs, interrupted, ...(error && { error }) })
    screen.write(...renderReport([kinesis, dynamodb], report))
    return report
  } finally {
    clearInterval(drawing)
  }
}

function progressOf({ type, name, ledger }: StreamResult, total: number): Progress['streams'][number] {
  const { producedSoFar: produced, processed } = ledger
  return { type, name, total, produced, processed, shards: ledger.rows().length }
}
