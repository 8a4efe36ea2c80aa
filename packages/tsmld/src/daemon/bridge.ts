import { ConfigError } from '../errors.ts'
import type { ListenerAddress } from './listener.ts'
import { writeRuntimeFile } from './runtime-folder.ts'

/** What the bridge process of a stock daemon connects to, and by what. */
export interface BridgeOptions {
  /** The runtime's folder, for the script and the token. */
  readonly folder: string
  readonly program: 'socat' | 'nc'
  readonly address: ListenerAddress
  readonly token: string
}

/** socat's own 8 KiB a turn cost it three times the CPU, and Node, which is handed as small pieces, twice. Pipes and sockets give no more than this at once. */
const socat = 'socat -b 65536 -'

/**
 * Prepares the process that joins the MultiLangDaemon's pipes to our listener, one a shard, and gives its command line for the property `executableName`. Over TCP the token
 * goes first, out of a file that only this user can read: a command line is no secret.
 * @throws ConfigError when the folder's path has a character that the MultiLangDaemon or socat would take for something else, or cannot be written.
 */
export async function bridgeCommand({ folder, program, address, token }: BridgeOptions): Promise<string> {
  // The MLD splits executableName on spaces, without quotes; socat takes `,`, `:` and `!` for its own.
  if (!/^[\w/.-]+$/.test(folder)) {
    throw new ConfigError(
      `A stock daemon cannot use the folder ${folder}: its path may have A-Z a-z 0-9 / _ . - only. Set TMPDIR to another.`,
    )
  }
  if ('path' in address) return program === 'nc' ? `nc -N -U ${address.path}` : `${socat} UNIX-CONNECT:${address.path}`
  const port = String(address.port)
  const tokenFile = `${folder}/token-${port}`
  const script = `${folder}/bridge-${port}.sh`
  const joined = program === 'nc' ? `nc -N 127.0.0.1 ${port}` : `${socat} TCP4:127.0.0.1:${port}`
  await writeRuntimeFile(tokenFile, `${token}\n`, 0o600)
  await writeRuntimeFile(script, `#!/bin/sh\ncat '${tokenFile}' - | ${joined}\n`, 0o700)
  return script
}
