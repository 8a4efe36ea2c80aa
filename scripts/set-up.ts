import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Runs `npm run setup` with these arguments; what it tells goes to stderr. A tool does it itself, because npm's `pre` scripts come before its `--help` and before its arguments are read.
 * @throws Error where it fails
 */
export function setUp(...args: readonly string[]): void {
  const { status, error } = spawnSync(process.execPath, ['scripts/setup.mjs', ...args], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 2, 'inherit'],
  })
  if (status !== 0)
    throw new Error(`the set-up failed (${error?.message ?? `exit code ${String(status)}`}); what it said stands above`)
}
