import { isKept, type Ledger, type Verdict } from './ledger.ts'
import { renderInterrupted, renderShards, renderVerdict } from './render.ts'

/** One stream at the end of the demo. */
export interface StreamResult {
  readonly type: 'kinesis' | 'dynamodb'
  readonly name: string
  readonly ledger: Ledger
}

/** The demo's last line with `--json`. */
export interface Report {
  /** Nothing lost, nothing invented, order held, and the runtime ended well; never after an interrupt. */
  readonly ok: boolean
  /** From the runtime's start until both streams had delivered a first record, in milliseconds; null when one never did. */
  readonly coldStartMs: number | null
  readonly streams: readonly (Verdict & { readonly type: 'kinesis' | 'dynamodb' })[]
  /** There when Ctrl-C ended the demo: what counts as lost was only not processed yet. */
  readonly interrupted?: true
  /** Why the runtime failed, where it did. */
  readonly error?: string
}

/** How the demo went, beside what its ledgers say. */
export interface Ending {
  /** From the runtime's start until both streams had delivered a first record, in milliseconds; null when one never did. */
  readonly coldStartMs: number | null
  readonly interrupted: boolean
  readonly error?: Error
}

/** Draws up the report. */
export function makeReport(results: readonly StreamResult[], { coldStartMs, interrupted, error }: Ending): Report {
  const streams = results.map(({ type, ledger }) => ({ type, ...ledger.verdict() }))
  const ok = !interrupted && error === undefined && coldStartMs !== null && streams.every(isKept)
  return {
    ok,
    coldStartMs,
    streams,
    ...(interrupted ? { interrupted } : {}),
    ...(error === undefined ? {} : { error: error.message }),
  }
}

/** The report as people read it: a table a stream, then the verdict. */
export function renderReport(results: readonly StreamResult[], report: Report): readonly string[] {
  const tables = results.flatMap(({ type, name, ledger }) => ['', ...renderShards(`${type} ${name}`, ledger.rows())])
  const render = report.interrupted === true ? renderInterrupted : renderVerdict
  const verdicts = report.streams.map(stream => render(stream.type, stream))
  const cold =
    report.coldStartMs === null ? 'no first record' : `first records after ${(report.coldStartMs / 1000).toFixed(1)} s`
  return [
    ...tables,
    '',
    ...verdicts,
    ...(report.error === undefined ? [] : [`✖ ${report.error}`]),
    ...(report.interrupted === true
      ? []
      : [`${report.ok ? '✔ Nothing lost, order held' : '✖ The promise was not kept'}; ${cold}.`]),
  ]
}
