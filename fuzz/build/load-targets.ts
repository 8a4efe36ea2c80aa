import { mkdir, readFile, rm } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin, stop } from 'esbuild'
import { Coverage } from '../engine/coverage.ts'
import type { Target } from '../target.ts'
import { instrument } from './instrument.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const counterName = '__branches'

/** The targets, with the library's source instrumented, and where its branches are counted. */
export async function loadTargets(): Promise<{ targets: readonly Target[]; coverage: Coverage }> {
  let counters = 0
  const instrumented: Plugin = {
    name: 'instrument',
    setup({ onLoad }) {
      onLoad({ filter: /packages[\\/]tsmld[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
        contents: instrument(await readFile(path, 'utf8'), () => counters++, counterName),
        loader: 'ts',
      }))
    },
  }
  const folder = `${root}.cache/fuzz`
  await mkdir(folder, { recursive: true })
  // Of this process alone: two runs at once must not overwrite each other's.
  const outfile = `${folder}/targets-${process.pid}.mjs`
  await build({
    entryPoints: [`${root}fuzz/targets/index.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    conditions: ['tsmld-source'],
    plugins: [instrumented],
    logLevel: 'error',
  })
  // Its service would live on beside what is fuzzed.
  await stop()
  const coverage = new Coverage(counters)
  Object.assign(globalThis, { [counterName]: coverage.counters })
  const { targets } = (await import(pathToFileURL(outfile).href)) as { targets: readonly Target[] }
  await rm(outfile)
  return { targets, coverage }
}
