import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onSignals } from '../scripts/signals.ts'
import { type BenchOptions, type Group, groups } from './cli/arguments.ts'
import { Progress } from './cli/progress.ts'
import { runBridge } from './groups/bridge.ts'
import type { BenchContext } from './groups/context.ts'
import { runDynamodb } from './groups/dynamodb.ts'
import { runEndToEnd } from './groups/end-to-end.ts'
import { runThreads } from './groups/threads.ts'
import { runToolkit } from './groups/toolkit.ts'
import { Cleanup } from './harness/cleanup.ts'
import { compileDriver } from './harness/driver.ts'
import { DriverPool } from './harness/driver-pool.ts'
import type { Timing } from './harness/measure.ts'
import { buildPrograms } from './harness/programs.ts'
import { makeReport } from './report/make-report.ts'
import { printReport } from './report/print.ts'
import type { Result } from './report/results.ts'

const timings: Readonly<Record<'quick' | 'full', Timing>> = {
  quick: { probeMs: 250, warmUpMs: 500, mostWarmUpMs: 1_000, windows: 5, windowMs: 250 },
  full: { probeMs: 500, warmUpMs: 2_000, mostWarmUpMs: 6_000, windows: 5, windowMs: 1_500 },
}

const runners: Readonly<Record<Group, (context: BenchContext) => Promise<void>>> = {
  bridge: runBridge,
  dynamodb: runDynamodb,
  threads: runThreads,
  toolkit: runToolkit,
  endToEnd: runEndToEnd,
}

/** Runs what was asked for, prints it, and leaves nothing behind. @throws Error that says what failed. */
export async function runBench(options: BenchOptions): Promise<void> {
  const cleanup = new Cleanup()
  onSignals((_, exitCode) => {
    void cleanup.run().finally(() => process.exit(exitCode))
  })
  const progress = new Progress(process.stderr)
  cleanup.add(() => progress.end())
  try {
    const { results, notes } = await measureAll(options, cleanup, progress)
    const report = makeReport(results, notes, options.quick)
    progress.end()
    process.stdout.write(`\n${printReport(report)}\n`)
    if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
  } finally {
    await cleanup.run()
  }
}

async function measureAll(
  options: BenchOptions,
  cleanup: Cleanup,
  progress: Progress,
): Promise<{ results: Result[]; notes: string[] }> {
  const results: Result[] = []
  const notes: string[] = []
  const built = progress.begin('building the driver and the consumers')
  const [driver] = await Promise.all([compileDriver(), buildPrograms()])
  built('done')
  const temporary = await mkdtemp(join(tmpdir(), 'tsmld-bench-'))
  cleanup.add(() => rm(temporary, { recursive: true, force: true }))
  const drivers = new DriverPool(driver, options.quick, cleanup)
  const context: BenchContext = {
    options,
    openDriver: heapBytes => drivers.open(heapBytes),
    timing: timings[options.quick ? 'quick' : 'full'],
    temporary,
    nodeArgs: options.profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`],
    cleanup,
    progress,
    add: result => results.push(result),
    note: sentence => notes.push(sentence),
  }
  for (const group of groups.filter(name => options.only?.includes(name) ?? true)) {
    await runners[group](context)
    if (!options.quick) await drivers.close()
  }
  return { results, notes }
}
