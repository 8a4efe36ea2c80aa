// The command lines of the repository's own tools: bench, chaos, fuzz and soak.
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** A mistake in the arguments, to be told without a stack. */
export class UsageError extends Error {}

/** What was given: text as it stands, undefined where an option is not there. */
type Given<Text extends string, Flag extends string> = { readonly [name in Text]: string | undefined } & {
  readonly [name in Flag]: boolean
}

/** Takes a command line apart; `flags` are the options without a value. @throws UsageError */
export function readOptions<Text extends string, Flag extends string>(
  args: readonly string[],
  texts: readonly Text[],
  flags: readonly Flag[],
): Given<Text, Flag> {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const name of texts) options[name] = { type: 'string' }
  for (const name of flags) options[name] = { type: 'boolean', default: false }
  try {
    return parseArgs({ args: [...args], options }).values as Given<Text, Flag>
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** What `read` makes of an option's text; null where the option is not there. */
export function given<T>(text: string | undefined, read: (text: string) => T): T | null {
  return text === undefined ? null : read(text)
}

/** What `read` makes of each part of a list with commas; null where the option is not there. */
export function givenList<T>(text: string | undefined, read: (text: string) => T): T[] | null {
  return given(text, list => list.split(',').map(part => read(part)))
}

/** One of the `known` names, whatever its case. @throws UsageError */
export function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find(name => name.toLowerCase() === text.toLowerCase())
  if (found === undefined) throw new UsageError(`${option}: there is no '${text}', only ${known.join(', ')}`)
  return found
}

/** A whole number, both limits included. @throws UsageError */
export function wholeNumber(option: string, text: string, least: number, most?: number): number {
  // Number() takes an empty text for 0.
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(number) && number >= least && number <= (most ?? number)) return number
  const range = most === undefined ? `from ${least} on` : `from ${least} to ${most}`
  throw new UsageError(`${option}: '${text}' is no whole number ${range}`)
}

/** A tool of this repository, as npm runs it. */
export interface Tool<Options extends { readonly help: boolean }> {
  readonly name: string
  /** What `--help` prints. */
  readonly usage: string
  /** @throws UsageError */
  readonly parse: (args: readonly string[]) => Options
  readonly run: (options: Options) => Promise<void>
  /** Whether a failure is told with its stack. @default true */
  readonly tellsStacks?: boolean
}

/** The parts of `process` that a tool is run with. */
export interface Terminal {
  readonly argv: readonly string[]
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  exitCode?: number | string | null | undefined
}

/** Runs a tool; what it throws is told on stderr, with exit code 2 for a mistake in the arguments and 1 for all else. */
export async function runTool<Options extends { readonly help: boolean }>(
  { name, usage, parse, run, tellsStacks = true }: Tool<Options>,
  terminal: Terminal = process,
): Promise<void> {
  try {
    const options = parse(terminal.argv.slice(2))
    if (options.help) terminal.stdout.write(usage)
    else await run(options)
  } catch (error) {
    const { message, stack } = error as Error
    const isMisuse = error instanceof UsageError
    terminal.stderr.write(`${name}: ${isMisuse || !tellsStacks ? message : stack}\n`)
    if (isMisuse) terminal.stderr.write(`${name}: --help tells the options\n`)
    terminal.exitCode = isMisuse ? 2 : 1
  }
}
