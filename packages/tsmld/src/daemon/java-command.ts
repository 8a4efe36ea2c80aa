import type { NormalizedDaemon } from '../config/daemon-options.ts'
import type { JavaCommand } from './java-process.ts'

/** How our own daemon is started. */
export function embeddedCommand(
  java: string,
  daemon: NormalizedDaemon,
  classpath: string,
  archiveArgs: readonly string[],
): JavaCommand {
  const args = [...archiveArgs, ...jvmArgs(daemon), '-cp', classpath, 'io.tsmld.daemon.Main']
  return { java, args, env: daemonEnv(daemon) }
}

const always = [
  // The MLD writes text in the JVM's default charset.
  '-Dfile.encoding=UTF-8',
  '-Djava.awt.headless=true',
  // A JVM out of memory ends, and is started again, rather than lives on with threads missing.
  '-XX:+ExitOnOutOfMemoryError',
  // Its own words would come on stdout, which is the control channel.
  '-XX:+DisplayVMOutputToStderr',
  '-Xlog:all=off:stdout',
  '-Xlog:all=warning:stderr',
]

/** The JVM's own arguments: the user's come last, and win. */
export function jvmArgs({ heapBytes, jvmArgs }: NormalizedDaemon): string[] {
  const heap = heapBytes === null ? [] : [`-Xmx${String(Math.floor(heapBytes / 1024))}k`]
  return [...always, ...heap, ...jvmArgs]
}

/** The environment of a stream's JVM: this process's, with the stream's own over it. */
export const daemonEnv = ({ env }: NormalizedDaemon): NodeJS.ProcessEnv => ({ ...process.env, ...env })
