import type { NumberForm } from '../records/attribute-value.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'
import type { NormalizedDaemon } from './daemon-options.ts'
import type { StreamIdentity } from './stream-identity.ts'
import type { DynamodbKclOptions, KclOptions, KinesisKclOptions, LogLevel, OnStall } from './stream-options.ts'

/** Which program a stream's properties are for. */
export type PropertiesTarget = 'embedded' | 'stock-kcl3' | 'stock-kcl2' | 'stock-kcl1'

/** The KCL that a program runs: a number for each generation. */
export type KclVersion = 1 | 2 | 3

/** The KCL of a target. */
export function kclOf(target: PropertiesTarget): KclVersion {
  switch (target) {
    case 'stock-kcl1':
      return 1
    case 'stock-kcl2':
      return 2
    case 'stock-kcl3':
    case 'embedded':
      return 3
  }
}

/** The KCL's settings of a stream, of either type. */
export type KclSettings = KclOptions & KinesisKclOptions & DynamodbKclOptions

/** One stream, checked, with defaults filled in. */
export interface NormalizedStream extends StreamIdentity {
  readonly type: 'kinesis' | 'dynamodb'
  /** The application's name, by which the daemon and the runtime know the stream. */
  readonly name: string
  readonly region: string | null
  readonly processor: ProcessorFactory<unknown>
  readonly numbers: NumberForm
  readonly daemon: NormalizedDaemon
  readonly target: PropertiesTarget
  readonly fastStart: boolean
  readonly startStaggerMs: number
  readonly stallTimeoutMs: number
  readonly onStall: OnStall
  readonly logLevels: Readonly<Record<string, LogLevel>>
  /** Options that become properties; what is absent is left to the KCL. */
  readonly settings: KclSettings
  /** The free properties, by their canonical names; none of them is also in `settings`. */
  readonly properties: Readonly<Record<string, string>>
  /** What the runtime should log once, at warn. */
  readonly notes: readonly string[]
}
