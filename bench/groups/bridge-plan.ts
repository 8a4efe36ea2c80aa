import type { BenchOptions } from '../cli/arguments.ts'
import { type BridgeConsumer, bridgeConsumers } from '../report/results.ts'

/** One case of group `bridge`. */
export interface BridgeCase {
  readonly consumer: BridgeConsumer
  readonly shards: number
  readonly recordBytes: number
}

const KiB = 1_024
/** As many as a read of the KCL holds where records are of 10 KiB, the greatest size here. */
export const batchRecords = 1_000

/**
 * The cases of a run, those that are compared one after another. `available` are the consumers that can run here.
 * 256 shards are for the comparison with 16 only: no peer runs that many here.
 */
export function planBridge(
  { quick, shards, bytes, consumers }: Pick<BenchOptions, 'quick' | 'shards' | 'bytes' | 'consumers'>,
  available: readonly BridgeConsumer[],
): BridgeCase[] {
  const wanted = bridgeConsumers.filter(name => available.includes(name) && (consumers?.includes(name) ?? true))
  if (quick && shards === null && bytes === null) return cell(wanted, 4, KiB)
  return (shards ?? [1, 4, 16, 64]).flatMap(count => [
    ...(bytes ?? [100, KiB, 10 * KiB]).flatMap(size => cell(wanted, count, size)),
    ...(shards === null && bytes === null && count === 16 ? cell(intersect(wanted, ['tsmld-frames']), 256, KiB) : []),
  ])
}

function cell(consumers: readonly BridgeConsumer[], shards: number, recordBytes: number): BridgeCase[] {
  return consumers.map(consumer => ({ consumer, shards, recordBytes }))
}

function intersect<T>(all: readonly T[], some: readonly T[]): T[] {
  return all.filter(each => some.includes(each))
}

const MiB = 1 << 20

/** The heap that the driver needs for a case: what it makes beforehand, and the lines that the MultiLangDaemon makes of each batch. */
export function driverHeapBytes({ consumer, shards, recordBytes }: BridgeCase): number {
  const lines = consumer === 'raw' || consumer === 'tsmld-frames' ? 0 : shards * batchRecords * (recordBytes + 200) * 6
  return Math.max(1_024 * MiB, 512 * MiB + lines)
}

/** What all processes of a case need, so that one that is too large for the machine is left out rather than swapped; about what was measured. */
export function neededBytes(theCase: BridgeCase): number {
  const { consumer, shards, recordBytes } = theCase
  const each = consumer === 'aws-kcl' ? 100 * MiB + 8 * batchRecords * recordBytes : 8 * MiB
  return driverHeapBytes(theCase) + shards * each
}
