import { partNames } from '../toolkit/part-names.ts'
import type { BridgeConsumer, BridgeResult, DynamodbResult, Result, ThreadsResult, ToolkitResult } from './results.ts'

/** What is to be reached: a ratio of two cases of one run, or how long a part of the toolkit takes. */
export interface Goal {
  readonly text: string
  readonly bound: 'atLeast' | 'atMost'
  readonly unit: '×' | 'ns'
  readonly target: number
  /** Null where the run lacks a case. */
  readonly measured: number | null
  readonly reached: boolean | null
}

const KiB = 1_024

/** Every goal, with what the run says of it. */
export function goalsOf(results: readonly Result[]): Goal[] {
  const bridge = (consumer: BridgeConsumer, shards: number, recordBytes: number): BridgeResult | undefined =>
    results.find(
      (result): result is BridgeResult =>
        result.group === 'bridge' &&
        result.consumer === consumer &&
        result.shards === shards &&
        result.recordBytes === recordBytes,
    )
  const dynamodb = (consumer: DynamodbResult['consumer']): DynamodbResult | undefined =>
    results.find(
      (result): result is DynamodbResult =>
        result.group === 'dynamodb' && result.consumer === consumer && result.reads === 'keys',
    )
  const threads = (count: number): ThreadsResult | undefined =>
    results.find((result): result is ThreadsResult => result.group === 'threads' && result.threads === count)
  const part = (name: keyof typeof partNames): number | undefined =>
    results.find((result): result is ToolkitResult => result.group === 'toolkit' && result.name === partNames[name])
      ?.nsPerRecord
  const frames = bridge('tsmld-frames', 4, KiB)
  const many = bridge('tsmld-frames', 64, KiB)
  const peer = bridge('aws-kcl', 4, KiB)
  const manyPeers = bridge('aws-kcl', 64, KiB)
  return [
    atLeast('4 shards × 1 KiB: records/s of aws-kcl', 8, rate(frames, peer)),
    atLeast('4 shards × 1 KiB: records/s of erlmld', 20, rate(frames, bridge('erlmld', 4, KiB))),
    atLeast('4 shards × 1 KiB: records/s of the raw pump', 0.5, rate(frames, bridge('raw', 4, KiB))),
    atLeast('64 shards × 1 KiB: records/s of aws-kcl', 15, rate(many, manyPeers)),
    atMost('64 shards × 1 KiB: memory of aws-kcl, JVMs not counted', 1 / 15, ratio(many, manyPeers, 'rssBytes')),
    atLeast(
      '4 shards × 100 B: records/s of aws-kcl',
      4,
      rate(bridge('tsmld-frames', 4, 100), bridge('aws-kcl', 4, 100)),
    ),
    atLeast('4 shards × 1 KiB, stock daemon: records/s of aws-kcl', 1, rate(bridge('tsmld-stock', 4, KiB), peer)),
    atMost(
      '4 shards × 1 KiB: CPU of aws-kcl a record, JVM and Node',
      1 / 8,
      ratio(frames, peer, 'cpuSecondsPerMillion'),
    ),
    atLeast(
      '256 shards × 1 KiB: records/s of 16 shards',
      0.9,
      rate(bridge('tsmld-frames', 256, KiB), bridge('tsmld-frames', 16, KiB)),
    ),
    atLeast(
      'DynamoDB images of 1 KiB, keys read: records/s of the JSON format',
      4,
      rate(dynamodb('dynamodb-binary'), dynamodb('dynamodb-json')),
    ),
    atLeast('2 threads, a handler of 20 µs a record: records/s of 1 thread', 1.7, rate(threads(2), threads(1))),
    atMostNs('eachRecord, concurrency 1: a record more than in a loop', 1_000, part('eachRecord'), part('loop')),
    atMostNs('eachRecord, concurrency 100: a record more than in a loop', 3_000, part('concurrent'), part('loop')),
    atMostNs('kpl: a record of 100 B aggregated', 2_000, part('aggregate'), 0),
    atMostNs('kpl: such a record taken out', 1_000, part('deaggregate'), 0),
  ]
}

type Figure = 'recordsPerSecond' | 'rssBytes' | 'cpuSecondsPerMillion'
type Case = BridgeResult | DynamodbResult | ThreadsResult

function ratio(of: Case | undefined, to: Case | undefined, figure: Figure): number | null {
  return of === undefined || to === undefined ? null : of[figure] / to[figure]
}

const rate = (of: Case | undefined, to: Case | undefined): number | null => ratio(of, to, 'recordsPerSecond')

function atLeast(text: string, target: number, measured: number | null): Goal {
  return { text, bound: 'atLeast', unit: '×', target, measured, reached: measured === null ? null : measured >= target }
}

function atMost(text: string, target: number, measured: number | null): Goal {
  return { text, bound: 'atMost', unit: '×', target, measured, reached: measured === null ? null : measured <= target }
}

function atMostNs(text: string, target: number, of: number | undefined, more: number | undefined): Goal {
  const measured = of === undefined || more === undefined ? null : of - more
  return { ...atMost(text, target, measured), unit: 'ns' }
}
