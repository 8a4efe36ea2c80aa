import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { nameOf } from '../engine/corpus.ts'
import { recordedAnswers } from '../targets/recordings.ts'
import type { FuzzArguments } from './arguments.ts'
import { findingIn, inputsIn } from './jazzer-output.ts'
import { print, show } from './print.ts'

const jazzer = 'com.code-intelligence:jazzer:0.30.0'
const daemon = 'packages/tsmld-daemon'
const target = 'io.tsmld.daemon.wire.FrameReaderFuzz'
const cache = '.cache/fuzz/java'
const logFile = `${cache}/run.log`
/** How long one input may take. */
const hangSeconds = 60
/** An array of a frame's greatest payload is 1 MiB, and there is one at a time. */
const heapMegabytes = 256
const toldEveryMs = 5_000

/** Fuzzes the daemon's frame reader with Jazzer, which this fetches; false when it found something. What Maven and Jazzer print goes to a log. @throws Error where they do not run */
export async function runJava({ inputs, seed, replay }: FuzzArguments): Promise<boolean> {
  const folder = resolve(cache)
  await mkdir(`${folder}/corpus`, { recursive: true })
  for (const answers of recordedAnswers()) await writeFile(`${folder}/corpus/${nameOf(answers)}`, answers)
  const log = createWriteStream(logFile)
  try {
    print(`Jazzer on ${target}: ${replay === null ? `seed ${seed}, ${inputs} inputs` : replay}; log: ${logFile}`)
    await build(folder, log)
    return await fuzz({ folder, log, inputs, what: argumentsOf({ inputs, seed, replay }, folder) })
  } finally {
    log.end()
  }
}

/** Compiles the target, and fetches Jazzer. */
async function build(folder: string, log: WriteStream): Promise<void> {
  const maven = ['-q', '-B', '-ntp', '-Dstyle.color=never', '-f', `${daemon}/pom.xml`]
  const copies = [jazzer, jazzer.replace(':jazzer:', ':jazzer-api:')].map(artifact => [
    'dependency:copy',
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${folder}/jars`,
  ])
  for (const args of [['test-compile'], ...copies]) {
    const code = await exitCode({ command: 'mvn', args: [...maven, ...args], cwd: '.' }, log, () => {})
    if (code !== 0) throw new Error(`mvn ${args[0] ?? ''} ended with ${String(code)}; what it said is in ${logFile}`)
  }
}

function argumentsOf({ inputs, seed, replay }: Pick<FuzzArguments, 'inputs' | 'seed' | 'replay'>, folder: string) {
  if (replay !== null) return [resolve(replay)]
  const limits = [`-timeout=${hangSeconds}`, '-rss_limit_mb=2048', '-max_len=8192']
  return [`${folder}/corpus`, `-runs=${inputs}`, `-seed=${seed}`, ...limits]
}

async function fuzz(run: {
  readonly folder: string
  readonly log: WriteStream
  readonly inputs: number
  readonly what: readonly string[]
}): Promise<boolean> {
  const { folder, log, inputs, what } = run
  const classes = ['jars/*', '../../.cache/fuzz/java/jars/*', 'target/classes', 'target/test-classes']
  const args = [
    `-Xmx${heapMegabytes}m`,
    '-cp',
    classes.join(delimiter),
    'com.code_intelligence.jazzer.Jazzer',
    `--target_class=${target}`,
    '--instrumentation_includes=io.tsmld.**',
    '--custom_hook_includes=io.tsmld.**',
    `--reproducer_path=${folder}`,
    `-artifact_prefix=${folder}/`,
    ...what,
  ]
  const start = performance.now()
  const output: string[] = []
  let told = start
  // From the daemon's folder, because its tests name their vectors from there.
  const code = await exitCode({ command: 'java', args, cwd: daemon }, log, line => {
    const done = inputsIn(line)
    if (done === null) output.push(line)
    else if (performance.now() - told >= toldEveryMs) {
      told = performance.now()
      show(`${done} of ${inputs}`)
    }
  })
  const seconds = ((performance.now() - start) / 1_000).toFixed(1)
  if (code === 0) return print(`✔ no finding in ${seconds} s`)
  tellFinding(output, code)
  return false
}

/** @throws Error where Jazzer did not come to run */
function tellFinding(output: readonly string[], code: number | null): void {
  const { lines, file } = findingIn(output)
  if (lines.length === 0 && file === null)
    throw new Error(`java ended with ${String(code)}; what it said is in ${logFile}`)
  for (const line of lines) print(line)
  const replay = file === null ? '' : `; replay it: npm run fuzz -- --java --replay ${relative('.', file)}`
  print(`✖ a finding; the whole of it is in ${logFile}${replay}`)
}

async function exitCode(
  { command, args, cwd }: { readonly command: string; readonly args: readonly string[]; readonly cwd: string },
  log: WriteStream,
  onLine: (line: string) => void,
): Promise<number | null> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on('line', line => {
      log.write(`${line}\n`)
      onLine(line)
    })
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}
