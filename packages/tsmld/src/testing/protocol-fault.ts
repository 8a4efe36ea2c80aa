import type { DaemonMessage } from '../protocol/messages.ts'
import type { DaemonWire } from './daemon-wire.ts'

/** How the daemon can break the protocol. */
export type ProtocolFault =
  /** What is no message. */
  | 'garbage'
  /** The connection ends inside a batch. */
  | 'truncated'
  /** More than one message may hold. */
  | 'oversized'
  /** A batch without its end, and another message after it. */
  | 'unterminated'
  /** A message inside another. */
  | 'interleaved'
  /** An action that there is not. */
  | 'unknownAction'
  /** The shard begins a second time. */
  | 'initializeAgain'
  /** A second batch before the status of the first. */
  | 'actionBeforeStatus'
  /** A new session, whose first message is a batch. */
  | 'recordsBeforeInitialize'

const heartbeat: DaemonMessage = { kind: 'processRecords', records: [], millisBehindLatest: 0, atShardEnd: false }

/** What is sent for a fault within a session. */
export function* faultyBytes(
  fault: Exclude<ProtocolFault, 'recordsBeforeInitialize'>,
  wire: DaemonWire,
  shardId: string,
): Generator<Buffer> {
  const another = (): Buffer => Buffer.concat(wire.encode({ kind: 'shutdownRequested' }))
  const batch = wire.encode(heartbeat)
  const begun = batch.slice(0, -1)
  switch (fault) {
    case 'garbage':
      yield wire.garbage()
      return
    case 'truncated':
      yield* begun
      return
    case 'oversized':
      yield* wire.oversized()
      return
    case 'unterminated':
      yield* begun
      yield another()
      return
    case 'interleaved':
      yield* batch.slice(0, 1)
      yield another()
      yield* batch.slice(1)
      return
    case 'unknownAction':
      yield wire.unknownAction()
      return
    case 'initializeAgain':
      yield* wire.encode({ kind: 'initialize', shardId, sequenceNumber: 'TRIM_HORIZON', subSequenceNumber: 0 })
      return
    case 'actionBeforeStatus':
      yield* batch
      yield* wire.encode(heartbeat)
      return
  }
}
