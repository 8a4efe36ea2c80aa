import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * Where a package's module is that need not be installed: looked for from this file, also when a bundler has put it into another, and from the working
 * directory.
 * @returns its path, or null where neither sees it.
 */
export function resolveInstalled(specifier: string): string | null {
  for (const from of startingPoints()) {
    try {
      return createRequire(from).resolve(specifier)
    } catch {
      // The next may see it.
    }
  }
  return null
}

function startingPoints(): string[] {
  // In a bundle of CommonJS form import.meta is empty, and __filename is the bundle's.
  const own = (import.meta as { url?: string }).url ?? (typeof __filename === 'string' ? __filename : undefined)
  return [...(own === undefined ? [] : [own]), join(process.cwd(), 'package.json')]
}
