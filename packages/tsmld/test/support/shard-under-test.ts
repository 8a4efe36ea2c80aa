import assert from 'node:assert/strict'
import type { KinesisRecord } from '../../src/records/record.ts'
import type { ProcessorFactory } from '../../src/session/record-processor.ts'
import type { TestShard } from '../../src/testing/index.ts'

export const textOf = ({ data }: KinesisRecord): string => data.toString()

/** The sequence numbers that were checkpointed. */
export const checkpointed = ({ checkpoints }: TestShard<unknown>): string[] =>
  checkpoints.map(({ sequenceNumber }) => sequenceNumber)

/** The error with which a session ended. */
export function errorOf({ ended }: TestShard<unknown>): Error {
  assert.ok(ended !== null && 'error' in ended, JSON.stringify(ended))
  return ended.error
}

/** Checkpoints every batch, and waits for it. */
export const saving: ProcessorFactory<KinesisRecord> = () => ({
  processRecords: (_, checkpointer) => checkpointer.checkpoint(),
})
