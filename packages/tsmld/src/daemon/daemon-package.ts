import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ConfigError } from '../errors.ts'

/**
 * The folder of the package `tsmld-daemon`, looked for from this file, also when a bundler has put it into another, and from the working directory.
 * @throws ConfigError when it is not installed.
 */
export function daemonPackageFolder(): string {
  for (const from of startingPoints()) {
    try {
      return dirname(createRequire(from).resolve('tsmld-daemon/package.json'))
    } catch {
      // The next may see it.
    }
  }
  throw new ConfigError(
    'The package tsmld-daemon is not installed beside tsmld; a bundle needs it in node_modules: npm install tsmld-daemon',
  )
}

/** From where a package is looked for: this file, or the bundle that it is in, then the working directory. */
export function startingPoints(): string[] {
  // In a bundle of CommonJS form import.meta is empty, and __filename is the bundle's.
  const own = (import.meta as { url?: string }).url ?? (typeof __filename === 'string' ? __filename : undefined)
  return [...(own === undefined ? [] : [own]), join(process.cwd(), 'package.json')]
}
