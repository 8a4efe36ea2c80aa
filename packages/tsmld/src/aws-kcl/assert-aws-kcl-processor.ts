import type { AwsKclProcessor } from './contract.ts'

const shapes = [
  ['initialize', 'processRecords', 'leaseLost', 'shardEnded'],
  ['initialize', 'processRecords', 'shutdown'],
] as const

/** The same check as aws-kcl's. @throws TypeError */
export function assertAwsKclProcessor(processor: unknown): asserts processor is AwsKclProcessor {
  const given = (processor ?? {}) as Readonly<Record<string, unknown>>
  if (shapes.some(shape => shape.every(method => typeof given[method] === 'function'))) return
  throw new TypeError(
    'An aws-kcl record processor must have the methods initialize, processRecords, and leaseLost with shardEnded, or shutdown.',
  )
}
