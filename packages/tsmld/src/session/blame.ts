import { asError, ProtocolError, RecordProcessorError, TsmldError, type TsmldErrorOptions } from '../errors.ts'
import type { Action } from '../protocol/messages.ts'

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
    where(whose, error),
  )
}

/** What is wrong with the daemon's bytes. */
export function blameDaemon(whose: Whose, error: unknown): ProtocolError {
  return new ProtocolError(
    `The daemon broke the protocol on ${nameOf(whose)}: ${asError(error).message}.`,
    where(whose, error),
  )
}

const nameOf = ({ applicationName, shardId }: Whose): string => `${applicationName} ${shardId ?? '(shard unknown yet)'}`

const where = ({ applicationName, shardId }: Whose, cause: unknown): TsmldErrorOptions => ({
  cause,
  stream: applicationName,
  ...(shardId === null ? {} : { shardId }),
})
