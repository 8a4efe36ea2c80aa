import { ConfigError } from '../errors.ts'

/*
 * Java's .properties format, as java.util.Properties reads and writes it:
 *   a line is a comment (# or ! first), blank, or  key [blank] [= or :] [blank] value ; blanks are space, tab and form feed
 *   an odd number of backslashes at a line's end continues it with the next line, without that line's leading blanks
 *   \t \n \r \f \uXXXX are those characters, a backslash before any other character is dropped
 * It is Latin-1 in a file; what is written here is ASCII.
 */

const named: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\f': '\\f' }

/** Writes properties as the text of a .properties file, in their order. */
export function formatProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${escaped(key).replaceAll(' ', '\\ ')}=${escaped(value).replace(/^ /, '\\ ')}\n`)
    .join('')
}

function escaped(text: string): string {
  return text
    .replace(/[\\=:#!]/g, '\\$&')
    .replace(/[^ -~]/g, unit => named[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`)
}

/**
 * Reads the text of a .properties file whole; of a key that comes twice the last value counts.
 * @throws ConfigError on a malformed `\u` escape.
 */
export function parseProperties(text: string): Record<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const [, key = '', value = ''] = /^((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/s.exec(line) ?? []
    properties.set(unescaped(key), unescaped(value))
  }
  return Object.fromEntries(properties)
}

function* logicalLines(text: string): Generator<string> {
  let line = ''
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const part = natural.replace(/^[ \t\f]+/, '')
    if (line === '' && /^[#!]/.test(part)) continue
    const continues = endsInContinuation(part)
    line += continues ? part.slice(0, -1) : part
    if (continues) continue
    if (line !== '') yield line
    line = ''
  }
  if (line !== '') yield line
}

function endsInContinuation(line: string): boolean {
  const backslashes = /\\*$/.exec(line)?.[0].length ?? 0
  return backslashes % 2 === 1
}

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, code: string) => {
    if (code === 'u') throw new ConfigError('A \\u escape in the properties has not four hexadecimal digits')
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[code] ?? code
  })
}
