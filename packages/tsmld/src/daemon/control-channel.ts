import type { DaemonStream } from '../config/to-properties.ts'
import { ProtocolError } from '../errors.ts'
import type { ListenerAddress } from './listener.ts'

// The control channel of docs/protocol.md: JSON lines on the embedded daemon's stdin and stdout.

/** A listener as the daemon is told of it. */
export type ControlListener = ListenerAddress & {
  /** Live sessions there. */
  readonly load: number
  /** The only stream that it serves; every one where it is absent. */
  readonly stream?: string
}

/** What Node says. */
export type ControlOrder =
  | {
      readonly type: 'start'
      readonly version: 1
      readonly token: string
      readonly nodeTimeoutMs: number
      readonly listeners: readonly ControlListener[]
      readonly streams: readonly DaemonStream[]
      readonly logLevels: Readonly<Record<string, string>>
    }
  | { readonly type: 'startStream'; readonly stream: DaemonStream }
  | { readonly type: 'stopStream'; readonly stream: string; readonly deadlineMs: number }
  | { readonly type: 'listeners'; readonly listeners: readonly ControlListener[] }
  | { readonly type: 'stop'; readonly deadlineMs: number }
  | { readonly type: 'ping' }

/** What the daemon says. */
export type ControlReport =
  | {
      readonly type: 'ready'
      readonly version: number
      readonly pid: number
      readonly java: string
      readonly kcl: string
    }
  | { readonly type: 'streamStarted'; readonly stream: string }
  | { readonly type: 'streamFailed'; readonly stream: string; readonly error: string; readonly message: string }
  | { readonly type: 'streamStopped'; readonly stream: string; readonly drained: boolean }
  | { readonly type: 'shardGivenUp'; readonly stream: string; readonly shardId: string; readonly reason: string }
  | { readonly type: 'exit'; readonly code: number; readonly reason: string }

type FieldType = 'string' | 'number' | 'boolean'

const reportFields: { [T in ControlReport['type']]: Record<string, FieldType> } = {
  ready: { version: 'number', pid: 'number', java: 'string', kcl: 'string' },
  streamStarted: { stream: 'string' },
  streamFailed: { stream: 'string', error: 'string', message: 'string' },
  streamStopped: { stream: 'string', drained: 'boolean' },
  shardGivenUp: { stream: 'string', shardId: 'string', reason: 'string' },
  exit: { code: 'number', reason: 'string' },
}

/** @throws ProtocolError when the line is none of the daemon's reports. */
export function parseReport(line: string): ControlReport {
  let report: unknown
  try {
    report = JSON.parse(line)
  } catch (error) {
    throw unreadable(line, error)
  }
  if (typeof report !== 'object' || report === null || !('type' in report)) throw unreadable(line)
  const { type: name } = report
  if (typeof name !== 'string' || !Object.hasOwn(reportFields, name)) throw unreadable(line)
  const fields = reportFields[name as ControlReport['type']]
  for (const [field, type] of Object.entries(fields)) {
    if (typeof (report as Record<string, unknown>)[field] !== type) throw unreadable(line)
  }
  return report as ControlReport
}

const unreadable = (line: string, cause?: unknown): ProtocolError =>
  new ProtocolError(
    `Not a report of the daemon: ${JSON.stringify(line.slice(0, 200))}`,
    cause === undefined ? {} : { cause },
  )
