import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Consumer, consumerOf, noSession, type Place, startTimeoutMs } from './consumers.ts'
import { JsonChild, type Report } from './json-child.ts'
import { root } from './programs.ts'

type Listening = Report & { readonly type: 'listening'; readonly port: number }

/** What has to be there for it to take part. */
export const erlmldNeeds =
  "install socat, Erlang and jiffy (Debian: socat erlang-base erlang-dev erlang-jiffy), compile erlmld, and name the folder of its .beam files by --erlmld, with jiffy's after a ':' where Erlang does not find it"

/**
 * erlmld, whose workers the driver reaches as erlmld has it: a socat a shard, over TCP.
 * @param ebin the folders of compiled modules, separated by ':'
 */
export async function startErlmld({ folder, cleanup }: Place, ebin: string): Promise<Consumer> {
  const paths = [...ebin.split(':'), folder].flatMap(each => ['-pa', each])
  compile(join(root, 'bench/consumers/bench_erlmld.erl'), folder, paths)
  const erl = new JsonChild('erlmld', 'erl', ['-noshell', ...paths, '-s', 'bench_erlmld', 'main'])
  cleanup.add(() => erl.stop())
  const { port } = await erl.report<Listening>('listening', startTimeoutMs)
  const executable = `socat - TCP4:127.0.0.1:${port}`
  return consumerOf(erl, { ...noSession, feed: 'stock', executable, endsByShutdown: true }, true, [])
}

function compile(source: string, target: string, paths: readonly string[]): void {
  try {
    execFileSync('erlc', [...paths, '-o', target, source], { stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    throw new Error(`erlc cannot compile erlmld's worker: ${(error as { stdout?: string }).stdout ?? String(error)}`)
  }
}
