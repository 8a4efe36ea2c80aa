import { ConfigError } from '../errors.ts'
import { holdsAccessKey } from './credentials.ts'
import { optionHint } from './option-hint.ts'
import type { OptionRow } from './option-table.ts'
import { canonicalProperty, optionOfProperty } from './property-names.ts'

/** Options beside free properties, checked one by one; no option and property of one level say the same thing. */
export interface OptionLevel {
  readonly options: ReadonlyMap<string, unknown>
  readonly properties: ReadonlyMap<string, string>
}

/**
 * Checks one object of options against its table.
 * @throws ConfigError naming the option that is unknown or wrong, or the property that an option sets as well.
 */
export function readLevel(
  where: string,
  given: Readonly<Record<string, unknown>>,
  table: Readonly<Record<string, OptionRow>>,
): OptionLevel {
  const options = new Map<string, unknown>()
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    const row = Object.hasOwn(table, name) ? table[name] : undefined
    if (row === undefined) throw new ConfigError(`Option '${name}' of ${where} is unknown.${suggest(name, table)}`)
    const problem = row.check(value)
    if (problem !== null) throw new ConfigError(`Option '${name}' of ${where} ${problem}`)
    options.set(name, value)
  }
  return { options, properties: readProperties(where, options) }
}

function readProperties(where: string, options: ReadonlyMap<string, unknown>): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  const free = (options.get('properties') ?? {}) as Readonly<Record<string, string | number | boolean>>
  for (const [given, value] of Object.entries(free)) {
    const name = canonicalProperty(given)
    const option = optionOfProperty(name)
    if (name === 'executableName')
      throw new ConfigError(`Property 'executableName' of ${where} cannot be set: tsmld sets it`)
    if (properties.has(name)) throw new ConfigError(`Property '${name}' of ${where} is given twice`)
    if (option !== undefined && options.has(option))
      throw new ConfigError(
        `Property '${given}' of ${where} and option '${option}' say the same thing: give one of them`,
      )
    if (
      /secret|accesskey|sessiontoken/i.test(name) ||
      holdsAccessKey(String(value)) ||
      /StaticCredentialsProvider/.test(String(value))
    )
      throw new ConfigError(`Property '${given}' of ${where} must not hold keys: use the environment or a profile`)
    properties.set(name, String(value))
  }
  return properties
}

/** Puts defaults below a stream's own options; an own option or property replaces either of the defaults. */
export function mergeLevels(own: OptionLevel, defaults: OptionLevel): OptionLevel {
  const replaced = new Set([...own.options.keys(), ...[...own.properties.keys()].map(optionOfProperty)])
  const options = new Map([...defaults.options].filter(([name]) => !replaced.has(name)))
  const properties = new Map(
    [...defaults.properties].filter(
      ([name]) => !own.properties.has(name) && !own.options.has(optionOfProperty(name) ?? ''),
    ),
  )
  return { options: new Map([...options, ...own.options]), properties: new Map([...properties, ...own.properties]) }
}

/** An aws-kcl property under its own name is the option that carries it, but for the lease table's `tableName`. */
function suggest(name: string, table: Readonly<Record<string, OptionRow>>): string {
  const option = optionOfProperty(canonicalProperty(name))
  if (option !== undefined && Object.hasOwn(table, option) && name !== 'tableName') return ` Did you mean '${option}'?`
  return optionHint(name, Object.keys(table))
}
