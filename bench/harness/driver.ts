import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findJava } from '../../packages/tsmld/src/config/find-java.ts'
import { verifyJars } from '../../packages/tsmld/src/daemon/jars.ts'
import { JsonChild, type Report } from './json-child.ts'
import { cacheFolder, root } from './programs.ts'

/** What the driver is to feed; see `Case.java`. */
export interface DriverCase {
  readonly feed: 'frames' | 'stock' | 'raw'
  readonly records: 'kinesis' | 'dynamodb-json' | 'dynamodb-binary'
  readonly shards: number
  readonly recordBytes: number
  readonly batchRecords: number
  readonly stream: string
  readonly token: string
  readonly listeners: readonly object[]
  readonly executable: string | null
  /** Whether a consumer is ended by `shutdownRequested`, for it knows no `leaseLost`. */
  readonly endsByShutdown?: boolean
}

/** What the driver measured in one window. */
export interface DriverWindow {
  readonly seconds: number
  /** A batch that lies only partly in the window counts by that part. */
  readonly records: number
  readonly batches: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the driver's JVM. */
  readonly cpuSeconds: number
}

interface DriverFigures extends Report {
  readonly type: 'figures'
  readonly windows: readonly DriverWindow[]
}

/** What a case delivered in all. */
export interface DriverEnd extends Report {
  readonly type: 'ended'
  readonly records: number
  readonly bytes: number
}

/** A driver that can be started. */
export interface CompiledDriver {
  readonly java: string
  readonly classpath: string
}

const run = promisify(execFile)
const sources = join(root, 'bench/driver/io/tsmld/bench')
const kept = join(cacheFolder, 'driver')

/**
 * Compiles the driver against the daemon's jars, where that was not done before.
 * @throws Error when there is no JDK, or javac's errors.
 */
export async function compileDriver(): Promise<CompiledDriver> {
  const { path: java } = await findJava()
  const { classpath } = await verifyJars()
  const files = (await readdir(sources)).filter(name => name.endsWith('.java')).map(name => join(sources, name))
  const hash = createHash('sha256').update(await readFile(join(root, 'packages/tsmld-daemon/jars/manifest.json')))
  for (const file of files) hash.update(await readFile(file))
  const classes = join(kept, hash.digest('hex').slice(0, 16))
  if (!existsSync(classes)) await compile(javac(java), classpath, files, classes)
  return { java, classpath: `${classes}${delimiter}${classpath}` }
}

function javac(java: string): string {
  const beside = join(dirname(java), 'javac')
  return java.includes('/') && existsSync(beside) ? beside : 'javac'
}

async function compile(compiler: string, classpath: string, files: readonly string[], classes: string): Promise<void> {
  const fresh = `${classes}.${process.pid}`
  await rm(kept, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  try {
    await run(compiler, ['-proc:none', '--release', '17', '-d', fresh, '-cp', classpath, ...files])
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string }
    if (code === 'ENOENT') throw new Error('There is no javac: install a JDK of version 17 or newer, not only a JRE')
    throw new Error(`javac failed:\n${stderr ?? String(error)}`)
  }
  await rename(fresh, classes)
}

const answerTimeoutMs = 120_000

/** The JVM that feeds the consumers, one case after another. */
export class Driver {
  readonly #child: JsonChild

  constructor({ java, classpath }: CompiledDriver, heapBytes: number) {
    // As the daemon is run, and with a heap for what is made beforehand.
    const options = ['-Dfile.encoding=UTF-8', '-Djava.awt.headless=true', '-XX:+ExitOnOutOfMemoryError']
    const heap = `-Xmx${Math.ceil(heapBytes / (1 << 20))}m`
    this.#child = new JsonChild('the driver', java, [...options, heap, '-cp', classpath, 'io.tsmld.bench.Driver'])
  }

  get pid(): number {
    return this.#child.pid
  }

  async start(theCase: DriverCase): Promise<void> {
    this.#child.say({ type: 'start', ...theCase })
    await this.#child.report('started', answerTimeoutMs)
  }

  /** Lets that much time pass, to be measured: from the call of `began` to its return. */
  async window(ms: number, began?: () => void): Promise<void> {
    this.#child.say({ type: 'window', ms })
    await this.#child.report('windowBegan', answerTimeoutMs)
    began?.()
    await this.#child.report('windowOver', ms + answerTimeoutMs)
  }

  /** What was measured in each window since it was last asked; waits for the batches that were under way at the last one's end. */
  async figures(): Promise<readonly DriverWindow[]> {
    this.#child.say({ type: 'figures' })
    const { windows } = await this.#child.report<DriverFigures>('figures', answerTimeoutMs)
    return windows
  }

  async end(): Promise<DriverEnd> {
    this.#child.say({ type: 'end' })
    return this.#child.report<DriverEnd>('ended', answerTimeoutMs)
  }

  stop(): Promise<void> {
    return this.#child.stop()
  }
}
