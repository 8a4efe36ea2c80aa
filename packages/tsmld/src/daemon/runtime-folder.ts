import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '../errors.ts'
import { newSocketPath } from './listener.ts'

// sun_path holds 104 bytes on macOS and 108 on Linux, its final NUL included.
const maxSocketPathBytes = 103

/** A fresh folder of mode 0700 for one runtime's sockets and files. */
export interface RuntimeFolder extends AsyncDisposable {
  readonly path: string
}

/**
 * Makes the folder in `parent`.
 * @throws ConfigError when the system's folder for temporary files cannot be written, or its path is too long for a socket's.
 */
export async function createRuntimeFolder(parent = tmpdir()): Promise<RuntimeFolder> {
  let path: string
  try {
    path = await mkdtemp(join(parent, 'tsmld-'))
  } catch (error) {
    throw new ConfigError(
      `Cannot make a folder for the runtime in ${parent}: ${(error as Error).message}. Set TMPDIR to a folder that can be written.`,
      { cause: error },
    )
  }
  const remove = () => rm(path, { recursive: true, force: true })
  if (Buffer.byteLength(newSocketPath(path)) > maxSocketPathBytes) {
    await remove()
    throw new ConfigError(
      `The runtime's folder ${path} is too long for the path of a Unix socket. Set TMPDIR to a shorter one.`,
    )
  }
  return { path, [Symbol.asyncDispose]: remove }
}
