/** What the demo was asked for. */
export interface DemoArguments {
  readonly kind: 'run'
  readonly daemon: 'embedded' | 'stock'
  /** Whether the last line of stdout is one JSON object, and all else goes to stderr. */
  readonly json: boolean
  /** Whether the log of tsmld and of the daemon is shown. */
  readonly verbose: boolean
}

/** How the demo is called. */
export const usage = `Usage: npm run demo [-- [--daemon embedded|stock] [--json] [--verbose]]

  --daemon   embedded: one Java program of tsmld's own for both streams (the default)
             stock: AWS's unmodified MultiLangDaemons, which start slowly (about a minute)
  --json     prints the verdict as one line of JSON, the last line of stdout
  --verbose  shows the log of tsmld and of the daemon on stderr
`

/** Reads the command line's arguments; `problem` is one sentence. */
export function parseArguments(
  args: readonly string[],
): DemoArguments | { kind: 'help' } | { kind: 'wrong'; problem: string } {
  let daemon: DemoArguments['daemon'] = 'embedded'
  let json = false
  let verbose = false
  const words = args.flatMap(arg => (arg.startsWith('--daemon=') ? ['--daemon', arg.slice('--daemon='.length)] : [arg]))
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    switch (word) {
      case '--json':
        json = true
        break
      case '--verbose':
        verbose = true
        break
      case '--help':
      case '-h':
        return { kind: 'help' }
      case '--daemon': {
        const value = words[++index]
        if (value !== 'embedded' && value !== 'stock')
          return { kind: 'wrong', problem: `--daemon takes embedded or stock, not ${value ?? 'nothing'}.` }
        daemon = value
        break
      }
      default:
        return { kind: 'wrong', problem: `${String(word)} is not an argument of the demo.` }
    }
  }
  return { kind: 'run', daemon, json, verbose }
}
