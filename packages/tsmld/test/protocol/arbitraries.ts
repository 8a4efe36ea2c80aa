// Random messages for property tests.
import fc from 'fast-check'
import type { Action, DaemonMessage, NodeMessage, WirePosition, WireRecord } from '../../src/protocol/messages.ts'

const actions: readonly Action[] = ['initialize', 'processRecords', 'leaseLost', 'shardEnded', 'shutdownRequested']
const sentinels = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP', 'SHARD_END'] as const

const digits = fc.bigInt({ min: 0n, max: 2n ** 190n }).map(String)
const subSequenceNumber = fc.oneof(fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER), fc.maxSafeNat())
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null })

const position: fc.Arbitrary<WirePosition> = fc.record(
  {
    sequenceNumber: fc.oneof(digits, fc.constantFrom(...sentinels)),
    subSequenceNumber,
  },
  { noNullPrototype: true },
)

/** A record with the fields that the codec carries; the others are null. */
export function wireRecord(codec: 'frames' | 'json-lines'): fc.Arbitrary<WireRecord> {
  const frames = codec === 'frames'
  return fc.record(
    {
      sequenceNumber: digits,
      subSequenceNumber,
      partitionKey: nullable(fc.string({ unit: 'grapheme', maxLength: 30 })),
      explicitHashKey: frames ? nullable(digits.map(text => text.slice(0, 39))) : fc.constant(null),
      approximateArrivalTimestamp: nullable(fc.date({ noInvalidDate: true })),
      encryptionType: frames ? fc.constantFrom(null, 'NONE', 'KMS') : fc.constant(null),
      aggregated: frames ? fc.boolean() : fc.constant(null),
      data: fc.uint8Array({ maxLength: 400 }).map(bytes => Buffer.from(bytes)),
    },
    { noNullPrototype: true },
  )
}

/** A message of the daemon as the codec can carry it. */
export function daemonMessages(codec: 'frames' | 'json-lines'): fc.Arbitrary<DaemonMessage> {
  const frames = codec === 'frames'
  const error = nullable(fc.string())
  return fc.oneof(
    fc
      .tuple(fc.string({ minLength: 1 }), position)
      .map(([shardId, at]): DaemonMessage => ({ kind: 'initialize', shardId, ...at })),
    fc.record(
      {
        kind: fc.constant('processRecords' as const),
        records: fc.array(wireRecord(codec), { maxLength: 6 }),
        millisBehindLatest: nullable(fc.maxSafeInteger()),
        atShardEnd: frames ? fc.boolean() : fc.constant(false),
      },
      { noNullPrototype: true },
    ),
    fc.constantFrom<DaemonMessage>({ kind: 'leaseLost' }, { kind: 'shardEnded' }, { kind: 'shutdownRequested' }),
    fc.tuple(position, error).map(([at, name]): DaemonMessage => ({ kind: 'checkpointAnswered', ...at, error: name })),
    error.map(
      (name): DaemonMessage => ({
        kind: 'checkpointAnswered',
        sequenceNumber: null,
        subSequenceNumber: null,
        error: name,
      }),
    ),
    ...(frames ? [fc.constant<DaemonMessage>({ kind: 'leaseLosing' })] : []),
  )
}

/** A message of Node. */
export const nodeMessages: fc.Arbitrary<NodeMessage> = fc.oneof(
  fc.constantFrom(...actions).map((responseFor): NodeMessage => ({ kind: 'status', responseFor })),
  nullable(position).map((at): NodeMessage => ({ kind: 'checkpoint', position: at })),
)
