import { lstat } from 'node:fs/promises'
import { asError } from '../errors.ts'

/** What a watch tells of. */
export interface SocketWatcher {
  /** The socket is not there any more, or another is in its place. */
  readonly onGone: (why: Error) => void
  /** Whether it is there cannot be seen for now, which is tried again; told once, until it can be seen. */
  readonly onUnseen: (reason: string) => void
}

/** How often a listener looks whether its socket is still there: nobody connects to one that is not, and nothing says so. */
const socketCheckMs = 2_000

/** Asks the file system, because its events need a watch that may not be had. Resolves with what ends the watch. */
export async function watchSocket(path: string, { onGone, onUnseen }: SocketWatcher): Promise<() => void> {
  let isOver = false
  let isUnseen = false
  // One that is gone by now is missed at the first look.
  const own = await identity(path).catch(() => undefined)
  const gone = (what: string, cause?: unknown): void => {
    onGone(
      new Error(
        `The socket ${path} cannot be reached any more (${what}): something removed it or its folder. Keep cleaners of temporary files away from it, or set TMPDIR to a folder that they leave alone.`,
        { cause },
      ),
    )
  }
  const look = async (): Promise<void> => {
    try {
      const now = await identity(path)
      isUnseen = false
      if (!isOver && own !== undefined && now !== own) gone('another file is in its place')
    } catch (thrown) {
      // Closing removes the socket, maybe before it was looked at.
      if (isOver) return
      const cause: NodeJS.ErrnoException = asError(thrown)
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') gone(cause.message, cause)
      else if (!isUnseen) {
        isUnseen = true
        onUnseen(cause.message)
      }
    }
  }
  const timer = setInterval(() => void look(), socketCheckMs)
  timer.unref()
  return () => {
    isOver = true
    clearInterval(timer)
  }
}

async function identity(path: string): Promise<string> {
  const { dev, ino } = await lstat(path, { bigint: true })
  return `${dev}:${ino}`
}
