import { type Progress, renderLive, renderPlain } from './render.ts'

/** Where the demo writes what people read. */
export interface Screen {
  /** Shows the progress: redrawn on a terminal, elsewhere a line now and then. */
  show(progress: Progress): void
  /** Writes lines that stay, below what was shown so far. */
  write(...lines: readonly string[]): void
}

/** The part of a terminal's stream that a screen needs. */
export interface Output {
  readonly isTTY?: boolean
  /** The width of a terminal, in characters. */
  readonly columns?: number
  write(text: string): unknown
}

const plainEveryMs = 2_000

/** Makes a screen of an output stream. */
export function createScreen(output: Output): Screen {
  return output.isTTY === true ? redrawing(output) : plain(output)
}

function redrawing(output: Output): Screen {
  let drawn: readonly string[] = []
  return {
    show(progress) {
      // A line that wraps would be two, and the way up wrong.
      const lines = renderLive(progress).map(line => line.slice(0, output.columns))
      // Up over what was drawn, and each line cleared to its end; then what is left below.
      const up = rows(drawn, output.columns)
      output.write(`${up > 0 ? `\u001b[${String(up)}A` : ''}${lines.map(line => `${line}\u001b[K\n`).join('')}\u001b[J`)
      drawn = lines
    },
    write(...lines) {
      output.write(lines.map(line => `${line}\n`).join(''))
      drawn = []
    },
  }
}

/** How many rows lines take: a terminal that became narrower has wrapped those it showed. */
function rows(lines: readonly string[], columns = Number.POSITIVE_INFINITY): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
}

function plain(output: Output): Screen {
  let phase = ''
  let nextMs = 0
  return {
    show(progress) {
      if (progress.phase === phase && progress.elapsedMs < nextMs) return
      phase = progress.phase
      nextMs = progress.elapsedMs + plainEveryMs
      output.write(`${renderPlain(progress)}\n`)
    },
    write(...lines) {
      output.write(lines.map(line => `${line}\n`).join(''))
    },
  }
}
