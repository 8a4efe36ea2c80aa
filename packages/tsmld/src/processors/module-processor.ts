import { shown } from '../config/checks.ts'
import { asError, ConfigError } from '../errors.ts'
import type { ProcessorFactory } from '../session/record-processor.ts'

/** Options of {@link moduleProcessor}. */
export interface ModuleProcessorOptions {
  /** The module's export that is the factory. @default 'default' */
  readonly exportName?: string | undefined
}

/** Where a processor's factory is found: plain data, so that every thread can import it. */
export interface ProcessorModule {
  readonly url: string
  readonly exportName: string
}

// Registered, so that a second copy of the package, as in a bundle, knows it too.
const brand = Symbol.for('tsmld.processorModule')

/**
 * Names the module whose export makes the processors, as in `moduleProcessor(new URL('./clicks.js', import.meta.url))`: what `threads` needs, for a function cannot be handed to a
 * thread. Each thread imports the module for itself; without threads this one does. Both do so when the runtime starts.
 * @throws ConfigError when `url` is no `file:` URL; `start()` throws one when the module or its export is of no use.
 */
export function moduleProcessor<R>(url: URL | string, options: ModuleProcessorOptions = {}): ProcessorFactory<R> {
  const given: unknown = url instanceof URL ? url.href : url
  if (typeof given !== 'string' || !URL.canParse(given) || new URL(given).protocol !== 'file:')
    throw new ConfigError(
      `moduleProcessor() needs the file: URL of a module, not ${shown(given)}: new URL('./clicks.js', import.meta.url)`,
    )
  const { exportName = 'default', ...others } = options
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new ConfigError(`Option '${unknown}' of moduleProcessor() is unknown.`)
  if (typeof (exportName as unknown) !== 'string' || exportName === '')
    throw new ConfigError("Option 'exportName' of moduleProcessor() must be the name of an export.")
  const module: ProcessorModule = { url: given, exportName }
  const factory: ProcessorFactory<R> = async shard => (await importProcessor<R>(module))(shard)
  return Object.defineProperty(factory, brand, { value: module })
}

/** The module that a factory of {@link moduleProcessor} names; null for any other. */
export function moduleOf(factory: ProcessorFactory<never>): ProcessorModule | null {
  return (factory as { [brand]?: ProcessorModule })[brand] ?? null
}

/** The factory that `factory` stands for: its module's, where it names one. @throws ConfigError */
export async function importedProcessor<R>(factory: ProcessorFactory<R>): Promise<ProcessorFactory<R>> {
  const module = moduleOf(factory)
  return module === null ? factory : importProcessor(module)
}

/** Imports a processor's factory. @throws ConfigError naming the module and the export. */
export async function importProcessor<R>({ url, exportName }: ProcessorModule): Promise<ProcessorFactory<R>> {
  let exports: Readonly<Record<string, unknown>>
  try {
    exports = (await import(url)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new ConfigError(`The processor's module ${url} cannot be imported: ${asError(error).message}`, {
      cause: error,
    })
  }
  const found = exports[exportName]
  // What a compiler makes of `export default` in CommonJS arrives one level deeper.
  const factory = exportName === 'default' ? ((found as { default?: unknown } | undefined)?.default ?? found) : found
  if (typeof factory === 'function') return factory as ProcessorFactory<R>
  const named = Object.keys(exports).join(', ')
  const problem =
    found === undefined
      ? `has no export '${exportName}'; it exports ${named === '' ? 'nothing' : named}`
      : `exports ${shown(found)} as '${exportName}', which must be a function of a shard`
  throw new ConfigError(`The processor's module ${url} ${problem}.`)
}
