import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type ResourceLimits, Worker } from 'node:worker_threads'
import { ConfigError } from '../errors.ts'
import { resolveInstalled } from '../installed-package.ts'

/**
 * Starts a thread; it inherits this process's options, loaders included.
 * @throws ConfigError when its program is not found.
 */
export function bootThread(index: number, resourceLimits?: ResourceLimits): Worker {
  const entry = threadEntry((import.meta as { url?: string }).url)
  const tsx = tsxApi([...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)])
  const options = { name: `tsmld thread ${index}`, ...(resourceLimits && { resourceLimits }) }
  return tsx === null ? new Worker(entry, options) : new Worker(bootWithTsx(tsx, entry), { ...options, eval: true })
}

/** Beside this file, as source or as built; where a bundler has put this file elsewhere, in the installed package. @throws ConfigError */
export function threadEntry(own: string | undefined): URL {
  if (own !== undefined) {
    const entry = new URL(`./thread-main${extname(own)}`, own)
    if (existsSync(entry)) return entry
  }
  const installed = resolveInstalled('tsmld/package.json')
  if (installed !== null) return pathToFileURL(join(dirname(installed), 'dist/threads/thread-main.js'))
  throw new ConfigError(
    "Option 'threads' needs the package tsmld in node_modules, beside a bundle too: npm install tsmld",
  )
}

/** What registers tsx, where the process runs under it: on older versions of Node its `--import` has no effect in a thread. */
export function tsxApi(args: readonly string[]): string | null {
  for (const arg of args) {
    const specifier = arg.replace(/^--(import|loader)=/, '')
    if (specifier === 'tsx' || specifier === 'tsx/esm') return 'tsx/esm/api'
    if (/\/tsx\/dist\/(loader|esm\/index)\.mjs$/.test(specifier)) {
      const loader = specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier
      return pathToFileURL(loader.replace(/(loader|esm\/index)\.mjs$/, 'esm/api/index.mjs')).href
    }
  }
  return null
}

const bootWithTsx = (api: string, entry: URL): string =>
  `import(${JSON.stringify(api)}).then(tsx => { tsx.register(); return import(${JSON.stringify(entry.href)}) })`
