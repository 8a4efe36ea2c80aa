import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, stop } from 'esbuild'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
/** Where what the bench builds is kept from run to run. */
export const cacheFolder = join(root, '.cache', 'bench')

const folder = join(cacheFolder, 'programs')
const programs = {
  'tsmld-app': 'consumers/tsmld-app.ts',
  'raw-app': 'consumers/raw-app.ts',
  'threads-app': 'consumers/threads-app.ts',
  'computing-processor': 'consumers/computing-processor.ts',
  'aws-kcl-app': 'consumers/aws-kcl-app.ts',
  toolkit: 'toolkit/main.ts',
  'end-to-end': 'end-to-end/main.ts',
  'daemon-relay': 'consumers/daemon-relay.ts',
} as const

/** A program of the bench. */
export type Program = keyof typeof programs

/** Where a built program is. */
export const programPath = (program: Program): string => join(folder, `${program}.mjs`)

/**
 * Translates the bench's programs, so that they run on a bare Node, as users' do: `tsmld` in them is the compiled package.
 * @throws Error when that was not compiled.
 */
export async function buildPrograms(): Promise<void> {
  if (!existsSync(join(root, 'packages/tsmld/dist/index.js')))
    throw new Error('packages/tsmld is not compiled: npm run build')
  await build({
    entryPoints: Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, join(root, 'bench', file)])),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  // Its service would live on beside what is measured.
  await stop()
  await chmod(programPath('daemon-relay'), 0o755)
}
