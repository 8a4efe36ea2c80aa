import { ConfigError } from '../errors.ts'
import { type Check, shown } from './checks.ts'
import { optionHint } from './option-hint.ts'

/** Checks each option. @throws ConfigError naming the one that is unknown or wrong. */
export function checkOptions(where: string, given: object, checks: Readonly<Record<string, Check>>): void {
  if (typeof (given as unknown) !== 'object' || (given as unknown) === null)
    throw new ConfigError(`${where} needs an object of options, not ${shown(given)}`)
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (check === undefined) {
      const hint = optionHint(name, Object.keys(checks))
      throw new ConfigError(`Option '${name}' of ${where} is unknown.${hint}`)
    }
    const problem = value === undefined ? null : check(value)
    if (problem !== null) throw new ConfigError(`Option '${name}' of ${where} ${problem}`)
  }
}
