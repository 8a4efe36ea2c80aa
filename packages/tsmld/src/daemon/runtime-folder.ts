import { lstat, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asError, ConfigError } from '../errors.ts'
import { newSocketPath } from './listener.ts'

// sun_path holds 104 bytes on macOS and 108 on Linux, its final NUL included.
const maxSocketPathBytes = 103

/** A fresh folder of mode 0700 for one runtime's sockets and files. */
export interface RuntimeFolder extends AsyncDisposable {
  readonly path: string
  /**
   * Makes it again where something removed it, such as a cleaner of temporary files.
   * @throws ConfigError when it cannot be made, or what is there now is not this user's alone.
   */
  ensure(): Promise<void>
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
      `Cannot make a folder for the runtime in ${parent}: ${asError(error).message}. ${useAnother}`,
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
  return { path, ensure: () => ensure(path), [Symbol.asyncDispose]: remove }
}

/** Where the next listener of the runtime may open its socket. @throws ConfigError as {@link RuntimeFolder.ensure} does. */
export async function newSocketIn(folder: RuntimeFolder): Promise<{ readonly path: string }> {
  await folder.ensure()
  return { path: newSocketPath(folder.path) }
}

/**
 * Writes a file of the runtime's folder.
 * @param mode its permission bits.
 * @throws ConfigError when that fails: the disk is full, or the folder is gone.
 */
export async function writeRuntimeFile(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { mode })
  } catch (error) {
    throw new ConfigError(`Cannot write the runtime's file ${path}: ${asError(error).message}. ${useAnother}`, {
      cause: error,
    })
  }
}

const useAnother = 'Set TMPDIR to a folder that can be written and has room.'

async function ensure(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return assertOurs(path)
    throw new ConfigError(`Cannot make the runtime's folder ${path} again: ${asError(error).message}. ${useAnother}`, {
      cause: error,
    })
  }
}

/** Once removed, its name is free for every user of the parent folder. */
async function assertOurs(path: string): Promise<void> {
  const found = await lstat(path)
  const isOurs = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0)
  if (found.isDirectory() && isOurs) return
  throw new ConfigError(
    `The runtime's folder ${path} was removed, and what is there now is not this user's alone: no socket is put there. Start again, with TMPDIR set to a folder of your own.`,
  )
}
