import {
  asError,
  CheckpointError,
  ProtocolError,
  RecordProcessorError,
  TsmldError,
  type TsmldErrorOptions,
} from '../errors.ts'
import type { Action, WirePosition } from '../protocol/messages.ts'

/** Whose session an error is about; the shard is null until the daemon has named it. */
export interface Whose {
  readonly applicationName: string
  readonly shardId: string | null
}

/** What the user's code failed with: an error of tsmld as it is, any other named after the shard and the action. */
export function blameProcessor(whose: Whose, action: Action, error: unknown): Error {
  if (TsmldError.is(error)) return error
  return new RecordProcessorError(
    `The record processor of ${nameOf(whose)} failed in ${action}: ${asError(error).message}`,
    { ...whereOf(whose), cause: error },
  )
}

/** What is wrong with the daemon's bytes. */
export function blameDaemon(whose: Whose, error: unknown): ProtocolError {
  return new ProtocolError(`The daemon broke the protocol on ${nameOf(whose)}: ${asError(error).message}.`, {
    ...whereOf(whose),
    cause: error,
  })
}

/** The daemon refused a checkpoint for good: `reason` is its word, after so many attempts. */
export function refusedCheckpoint(whose: Whose, at: WirePosition, reason: string, attempts: number): CheckpointError {
  const times = attempts > 1 ? ` ${attempts} times` : ''
  return new CheckpointError(
    `The checkpoint of ${nameOf(whose)} at ${at.sequenceNumber} was refused${times}: ${reason}. ${Object.hasOwn(wayOut, reason) ? wayOut[reason] : "The daemon's log tells more."}`,
    reason,
    whereOf(whose),
  )
}

const wayOut: Readonly<Record<string, string>> = {
  ThrottlingException: 'Give the lease table more capacity, or checkpoint less often.',
  KinesisClientLibDependencyException: 'Can DynamoDB be reached from here, with these credentials and this role?',
  InvalidStateException: 'Is its lease table there, and may this role write it?',
  IllegalArgumentException: "The KCL takes no position beyond what it delivered, or behind the shard's checkpoint.",
}

/** Nothing is checkpointed after the lease was lost; the reason is the KCL's own word. */
export function leaseIsGone(whose: Whose, why = 'the lease is lost'): CheckpointError {
  const what = `Nothing more is checkpointed for ${nameOf(whose)}: ${why}.`
  return new CheckpointError(what, 'ShutdownException', whereOf(whose))
}

/** A lease that was lost is held again, of which the daemon says nothing. */
export function feedsLostLease(whose: Whose): CheckpointError {
  const what = `The daemon goes on to give records of ${nameOf(whose)}, whose lease it said was lost: it holds it again. The shard begins again at its checkpoint.`
  return new CheckpointError(what, 'ShutdownException', whereOf(whose))
}

/** In a message. */
export const nameOf = ({ applicationName, shardId }: Whose): string =>
  `${applicationName} ${shardId ?? '(shard unknown yet)'}`

/** In an error's fields. */
export const whereOf = ({ applicationName, shardId }: Whose): TsmldErrorOptions => ({
  stream: applicationName,
  ...(shardId === null ? {} : { shardId }),
})
