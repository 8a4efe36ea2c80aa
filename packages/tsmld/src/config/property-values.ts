import { ConfigError } from '../errors.ts'
import { dynamodbOptionTable, kinesisOptionTable, type OptionRow } from './option-table.ts'
import { optionOfProperty } from './property-names.ts'

const table: Readonly<Record<string, OptionRow>> = { ...kinesisOptionTable, ...dynamodbOptionTable }

/** As the MultiLangDaemons read them, in any case. */
const words: Readonly<Record<string, RegExp>> = {
  initialPositionInStream: /^(TRIM_HORIZON|LATEST|AT_TIMESTAMP)$/i,
  retrievalMode: /^(POLLING|FANOUT|DEFAULT)$/i,
  metricsLevel: /^(NONE|SUMMARY|DETAILED)$/i,
}
const aBoolean = /^(true|false|yes|no|on|off|[ytnf10])$/i
const anInteger = /^-?\d+$/

/**
 * Checks what a property's value is made of, where the KCL would go on with another in silence, or end in a Java stack trace; its range is the KCL's.
 * @throws ConfigError naming the property.
 */
export function assertPropertyValues(where: string, properties: ReadonlyMap<string, string>): void {
  for (const [name, value] of properties) {
    const [form, what] = formOf(name)
    if (form !== null && !form.test(value.trim()))
      throw new ConfigError(`Property '${name}' of ${where} must be ${what}, not '${value.slice(0, 55)}'`)
  }
}

function formOf(name: string): readonly [RegExp | null, string] {
  if (Object.hasOwn(words, name)) return [words[name] as RegExp, oneOfWords(words[name] as RegExp)]
  const check = table[optionOfProperty(name) ?? '']?.check
  // What the option takes tells the property's type.
  if (check?.(true) === null) return [aBoolean, 'true or false']
  if (/Milli(s|Seconds)$/.test(name) || check?.(1_000) === null) return [anInteger, 'a whole number']
  return [null, '']
}

const oneOfWords = ({ source }: RegExp): string => source.slice(2, -2).replaceAll('|', ' or ')
