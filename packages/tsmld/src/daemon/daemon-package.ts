import { dirname } from 'node:path'
import { ConfigError } from '../errors.ts'
import { resolveInstalled } from '../installed-package.ts'

/**
 * The folder of the package `tsmld-daemon`.
 * @throws ConfigError when it is not installed.
 */
export function daemonPackageFolder(): string {
  const file = resolveInstalled('tsmld-daemon/package.json')
  if (file !== null) return dirname(file)
  throw new ConfigError(
    'The package tsmld-daemon is not installed beside tsmld; a bundle needs it in node_modules: npm install tsmld-daemon',
  )
}
