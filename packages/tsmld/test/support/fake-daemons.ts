import { existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ControlOrder } from '../../src/daemon/control-channel.ts'
import type { JavaCommand } from '../../src/daemon/java-process.ts'

/** The fake `java`. */
export const fakeJava = fileURLToPath(new URL('fake-java.mjs', import.meta.url))

/** How a run of the fake `java` behaves; see there. */
export type FakeMode =
  | 'well'
  | 'exitAtOnce'
  | 'exitLater'
  | 'failLater'
  | 'garbage'
  | 'mute'
  | 'notDrained'
  | 'faultAtStop'
  | 'shard'
  | 'silent'
  | 'slowStart'
  | 'streamFailed'
  | 'wrongVersion'

/** What a run of it noted. */
export interface FakeRun {
  readonly pid: number
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly startedAt: number
  readonly exit: { readonly at: number; readonly code: number; readonly why: string } | null
  readonly orders: readonly ControlOrder[]
  /** What Node said to its shard. */
  readonly heard: readonly Readonly<Record<string, unknown>>[]
  readonly properties: string
}

interface Note {
  readonly pid: number
  readonly at: number
  readonly kind: string
  readonly [field: string]: unknown
}

/** A place where fake daemons note what they see; what still lives at the test's end is killed. */
export class FakeDaemons {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(t: TestContext): Promise<FakeDaemons> {
    const daemons = new FakeDaemons(await mkdtemp(join(tmpdir(), 'fake-java-')))
    t.after(() => {
      for (const { pid } of daemons.runs()) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      rmSync(daemons.folder, { recursive: true, force: true })
    })
    return daemons
  }

  /** The environment that makes the nth run behave as the nth mode. */
  env(...modes: FakeMode[]): Record<string, string> {
    return { FAKE_JAVA: modes.join(','), FAKE_JAVA_DIR: this.folder }
  }

  /** A command that runs it as the embedded daemon. */
  command(...modes: FakeMode[]): JavaCommand {
    return { java: fakeJava, args: ['io.tsmld.daemon.Main'], env: { ...process.env, ...this.env(...modes) } }
  }

  /** All runs so far, in order. */
  runs(): FakeRun[] {
    const file = join(this.folder, 'notes.jsonl')
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
    const notes = lines.map(line => JSON.parse(line) as Note)
    return notes
      .filter(({ kind }) => kind === 'run')
      .map(run =>
        toRun(
          run,
          notes.filter(({ pid }) => pid === run.pid),
        ),
      )
  }

  /** The pids that still live. */
  alive(): number[] {
    return this.runs()
      .map(({ pid }) => pid)
      .filter(isAlive)
  }
}

function toRun(run: Note, notes: readonly Note[]): FakeRun {
  const of = (kind: string, field: string): unknown[] =>
    notes.filter(note => note.kind === kind).map(note => note[field])
  const exit = notes.find(({ kind }) => kind === 'exit')
  return {
    pid: run.pid,
    args: run['args'] as string[],
    env: run['env'] as string[],
    startedAt: run.at,
    exit: exit === undefined ? null : { at: exit.at, code: exit['code'] as number, why: exit['why'] as string },
    orders: of('order', 'order') as ControlOrder[],
    heard: of('heard', 'message') as Record<string, unknown>[],
    properties: of('properties', 'properties').join(''),
  }
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
