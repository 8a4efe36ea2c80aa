import type { AwsKclCallback, AwsKclEndInput, AwsKclProcessor } from '../../src/aws-kcl/contract.ts'

/** A processor that does nothing but call back, and what the test has it do instead. */
export function processorWith(methods: Partial<Record<string, (input: never, done: AwsKclCallback) => unknown>>) {
  const callBack = (_: unknown, done: AwsKclCallback): void => done()
  const shardEnded = ({ checkpointer }: AwsKclEndInput, done: AwsKclCallback): void => checkpointer.checkpoint(done)
  const all = { initialize: callBack, processRecords: callBack, leaseLost: callBack, shardEnded, ...methods }
  return all as unknown as AwsKclProcessor
}
