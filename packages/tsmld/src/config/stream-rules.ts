import { ConfigError } from '../errors.ts'
import type { OptionLevel } from './merge-options.ts'
import { kclOf, type NormalizedStream } from './normalized-stream.ts'
import { dynamodbOptionTable, kinesisOptionTable, type OptionRow } from './option-table.ts'

/** Options that the embedded daemon has no use for. */
export const forStockOnly: readonly string[] = ['classpath', 'bridge', 'kclVersion']

/**
 * Checks what no option's own check can see: options that are at odds with each other, the stream's type or the daemon.
 * @throws ConfigError naming the option.
 */
export function assertConsistent(where: string, stream: NormalizedStream, own: OptionLevel): void {
  const refuse = (option: string, why: string): never => {
    throw new ConfigError(`Option '${option}' of ${where} ${why}`)
  }
  const { settings, target } = stream
  const has = (option: string): boolean => own.options.has(option)

  if (stream.type === 'dynamodb' && typeof settings.initialPosition === 'object')
    refuse('initialPosition', "cannot be a time: DynamoDB streams have no AT_TIMESTAMP; use 'TRIM_HORIZON' or 'LATEST'")
  if (stream.arnRegion !== null && stream.region !== null && stream.region !== stream.arnRegion)
    refuse('region', `is '${stream.region}', but the stream's ARN says '${stream.arnRegion}'`)

  if (settings.retrievalMode === 'FANOUT') {
    for (const option of ['maxRecords', 'idleTimeBetweenReadsMs'])
      if (has(option)) refuse(option, "is for polling: it cannot be used with retrievalMode 'FANOUT'")
    if (settings.consumerName !== undefined && settings.consumerArn !== undefined)
      refuse('consumerName', "cannot be used with 'consumerArn': give one of them")
  } else {
    for (const option of ['consumerName', 'consumerArn'])
      if (has(option)) refuse(option, "needs retrievalMode 'FANOUT'")
  }

  if (target === 'embedded') {
    for (const option of forStockOnly) if (has(option)) refuse(option, "needs daemon 'stock'")
  } else if (has('fastStart') && stream.fastStart) {
    refuse('fastStart', "needs the embedded daemon: it cannot be used with daemon 'stock'")
  }
  const kcl = kclOf(target)
  const table: Readonly<Record<string, OptionRow>> = { ...kinesisOptionTable, ...dynamodbOptionTable }
  for (const option of own.options.keys()) {
    const since = table[option]?.since
    if (since !== undefined && kcl < since) refuse(option, `needs KCL ${since}, and its stock daemon is KCL ${kcl}`)
  }
}
