import { createRequire } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import { asError, ConfigError } from '../errors.ts'
import { assertAwsKclProcessor } from './assert-aws-kcl-processor.ts'
import type { AwsKclProcessor } from './contract.ts'

// Registered, so that it is one for two copies of the package, as in a bundle.
const slot = Symbol.for('tsmld.awsKclApp')
const taker = globalThis as { [slot]?: ((processor: AwsKclProcessor) => void) | undefined }

/**
 * What `require('aws-kcl')` gives: `kcl(processor).run()` hands the processor to tsmld, which loads the module that says so (`fromAwsKcl`).
 * @throws TypeError when the processor lacks a method; `run()` throws ConfigError in a program that tsmld has not loaded.
 */
export function kcl(processor: AwsKclProcessor): { run(): void } {
  assertAwsKclProcessor(processor)
  return {
    run() {
      const take = taker[slot]
      if (take === undefined)
        throw new ConfigError(
          "kcl().run() of tsmld/aws-kcl runs nothing by itself. Give this file to a stream, as in processor: fromAwsKcl(new URL('./app.js', import.meta.url)).",
        )
      take(processor)
    },
  }
}

/** Loads an aws-kcl app's module anew, with the files of its own that it requires; gives the processor that it runs. @throws ConfigError where it runs none. */
export function loadAwsKclApp(url: string): AwsKclProcessor {
  const require = createRequire(url)
  const file = appFile(url)
  forget(require.cache, file)
  const running: AwsKclProcessor[] = []
  const before = taker[slot]
  let exports: unknown
  try {
    taker[slot] = processor => void running.push(processor)
    exports = require(file)
  } catch (error) {
    const hint = hintAt(error)
    throw hint === null ? error : new ConfigError(`${url} cannot be loaded: ${hint}`, { cause: error })
  } finally {
    taker[slot] = before
  }
  if (types.isModuleNamespaceObject(exports))
    throw new ConfigError(
      `${url} is an ECMAScript module, which Node loads once only: export a function that makes its processor, and give that to fromAwsKcl().`,
    )
  const [processor, ...others] = running
  if (processor !== undefined && others.length === 0) return processor
  throw new ConfigError(
    `${url} has called kcl(processor).run() ${running.length} times while it was loaded, which must be once, with kcl from require('tsmld/aws-kcl').`,
  )
}

/** The file that a URL names. @throws ConfigError where there is none. */
export function appFile(url: string): string {
  try {
    return createRequire(url).resolve(fileURLToPath(url))
  } catch (error) {
    throw new ConfigError(`fromAwsKcl() finds no module at ${url}.`, { cause: error })
  }
}

/** What is to be changed in an app that was written for aws-kcl's own process; null where that is not why it failed. */
function hintAt(error: unknown): string | null {
  const { code, message } = asError(error) as NodeJS.ErrnoException
  if (code === 'MODULE_NOT_FOUND' && message.includes("'aws-kcl'"))
    return "it requires 'aws-kcl'. Change that to require('tsmld/aws-kcl'), which has the same kcl(processor).run()."
  if (error instanceof ReferenceError && message.includes('ES module scope'))
    return `it is an ECMAScript module that uses require: ${message} Rename it to .cjs, or export a function that makes its processor and give that to fromAwsKcl().`
  return null
}

/** Forgets a module and what it required, but for packages: in aws-kcl each shard has a process, and so a copy, of its own. */
function forget(cache: NodeJS.Require['cache'], file: string): void {
  const module = cache[file]
  if (module === undefined || file.includes(`${sep}node_modules${sep}`)) return
  Reflect.deleteProperty(cache, file)
  for (const { filename } of module.children) forget(cache, filename)
}
