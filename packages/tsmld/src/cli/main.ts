#!/usr/bin/env node
// The command `tsmld`.
import { parseArgs } from 'node:util'
import { asError, ConfigError, TsmldError } from '../errors.ts'
import { prepare } from './prepare.ts'

const usage = `tsmld <command>

  prepare [--java PATH]   makes the archive of classes with which the embedded daemon starts in about half of the time;
                          once after installing, with the Java that will run it (Docker: after npm ci)
`

try {
  process.stdout.write(await run(process.argv.slice(2)))
} catch (error) {
  if (!TsmldError.is(error)) throw error
  process.stderr.write(`tsmld: ${error.message}\n`)
  process.exitCode = 1
}

/** @returns what to print. @throws TsmldError */
async function run(args: string[]): Promise<string> {
  const { help, java, command } = parse(args)
  if (help === true || command === undefined) return usage
  if (command === 'prepare') return `${await prepare(java)}\n`
  throw misuse(`unknown command '${command}'`)
}

function parse(args: string[]): { help?: boolean; java?: string; command: string | undefined } {
  const options = { help: { type: 'boolean', short: 'h' }, java: { type: 'string' } } as const
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    return { ...values, command: positionals.length === 0 ? undefined : positionals.join(' ') }
  } catch (error) {
    throw misuse(asError(error).message)
  }
}

function misuse(what: string): ConfigError {
  return new ConfigError(`${what}\n\n${usage.trimEnd()}`)
}
