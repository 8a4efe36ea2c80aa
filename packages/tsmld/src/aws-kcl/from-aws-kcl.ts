import { shown } from '../config/checks.ts'
import { ConfigError } from '../errors.ts'
import type { KinesisRecord } from '../records/record.ts'
import type { ProcessorFactory, Shard } from '../session/record-processor.ts'
import { assertAwsKclProcessor } from './assert-aws-kcl-processor.ts'
import { appFile, loadAwsKclApp } from './aws-kcl-app.ts'
import { AwsKclSession } from './aws-kcl-session.ts'
import type { AwsKclProcessor } from './contract.ts'

/** Options of {@link fromAwsKcl}. */
export interface FromAwsKclOptions {
  /** Whether `processRecords` is also called with no records, as aws-kcl has it where its properties set `callProcessRecordsEvenForEmptyRecordList`. @default false */
  readonly emptyBatches?: boolean | undefined
}

/** The shard that each processor is for, until its session ends. */
const inUse = new WeakMap<AwsKclProcessor, Shard>()

/**
 * Runs record processors that were written for npm's aws-kcl, unchanged. `source` makes a new one for each shard; or it is the `file:` URL of a CommonJS module that calls
 * `kcl(processor).run()`, with `kcl` from `tsmld/aws-kcl`: that is loaded anew for each shard, with the files of its own that it requires (packages are loaded once).
 * An error given to a callback, thrown, or rejected fails the shard's session, and what follows its checkpoint comes again.
 * @throws ConfigError on anything else, and where there is no such file.
 */
export function fromAwsKcl(
  source: (() => AwsKclProcessor | Promise<AwsKclProcessor>) | URL | string,
  options: FromAwsKclOptions = {},
): ProcessorFactory<KinesisRecord> {
  const { emptyBatches = false, ...others } = options
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new ConfigError(`Option '${unknown}' of fromAwsKcl() is unknown.`)
  if (typeof (emptyBatches as unknown) !== 'boolean')
    throw new ConfigError(`Option 'emptyBatches' of fromAwsKcl() must be true or false, not ${shown(emptyBatches)}.`)
  const make = typeof source === 'function' ? source : appMaker(source)
  return async shard => {
    const processor: unknown = await make()
    assertAwsKclProcessor(processor)
    const other = inUse.get(processor)
    if (other !== undefined && !other.signal.aborted)
      throw new ConfigError(
        `The function given to fromAwsKcl() gave one processor to ${other.shardId} and to ${shard.shardId}: it must make one for each shard, or what one keeps is checkpointed as the other's.`,
      )
    inUse.set(processor, shard)
    const session = new AwsKclSession(shard, processor, emptyBatches)
    await session.initialize()
    return session
  }
}

function appMaker(source: unknown): () => AwsKclProcessor {
  const url: unknown = source instanceof URL ? source.href : source
  if (typeof url === 'string' && URL.canParse(url) && new URL(url).protocol === 'file:') {
    appFile(url)
    return () => loadAwsKclApp(url)
  }
  throw new ConfigError(
    `fromAwsKcl() needs a function that makes a processor, or the file: URL of a module that runs one, not ${shown(url)}. Shards run side by side in one process, and each needs a processor of its own.`,
  )
}
