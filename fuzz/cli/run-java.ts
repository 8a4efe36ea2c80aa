import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, resolve } from 'node:path'
import { nameOf } from '../engine/corpus.ts'
import { recordedAnswers } from '../targets/recordings.ts'
import type { FuzzArguments } from './arguments.ts'

const jazzer = 'com.code-intelligence:jazzer:0.30.0'
const daemon = 'packages/tsmld-daemon'
const target = 'io.tsmld.daemon.wire.FrameReaderFuzz'
const cache = '.cache/fuzz/java'
/** How long one input may take. */
const hangSeconds = 60
/** An array of a frame's greatest payload is 1 MiB, and there is one at a time. */
const heapMegabytes = 256

/** Fuzzes the daemon's frame reader with Jazzer, which this fetches; false when it found something. */
export async function runJava({ inputs, seed, replay }: FuzzArguments): Promise<boolean> {
  const folder = resolve(cache)
  await mkdir(`${folder}/corpus`, { recursive: true })
  for (const answers of recordedAnswers()) await writeFile(`${folder}/corpus/${nameOf(answers)}`, answers)
  const maven = ['-q', '-B', '-ntp', '-f', `${daemon}/pom.xml`]
  await run('mvn', [...maven, 'test-compile'])
  for (const artifact of [jazzer, jazzer.replace(':jazzer:', ':jazzer-api:')])
    await run('mvn', [...maven, 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}/jars`])
  const classes = ['jars/*', '../../.cache/fuzz/java/jars/*', 'target/classes', 'target/test-classes']
  // What a JVM says of agents is no finding.
  const java = [`-Xmx${heapMegabytes}m`, '-cp', classes.join(delimiter), 'com.code_intelligence.jazzer.Jazzer']
  const limits = [`-timeout=${hangSeconds}`, '-rss_limit_mb=2048', '-max_len=8192']
  const what = replay === null ? [`${folder}/corpus`, `-runs=${inputs}`, `-seed=${seed}`, ...limits] : [resolve(replay)]
  const code = await exitCode('java', [
    ...java,
    `--target_class=${target}`,
    '--instrumentation_includes=io.tsmld.**',
    '--custom_hook_includes=io.tsmld.**',
    `--reproducer_path=${folder}`,
    `-artifact_prefix=${folder}/`,
    ...what,
  ])
  process.stdout.write(
    code === 0 ? '✔ no finding\n' : `✖ see above; replay it: npm run fuzz -- --java --replay ${cache}/crash-…\n`,
  )
  return code === 0
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const code = await exitCode(command, args, '.')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}`)
}

/** From the daemon's folder, because its tests name their vectors from there. */
async function exitCode(command: string, args: readonly string[], cwd = daemon): Promise<number | null> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}
