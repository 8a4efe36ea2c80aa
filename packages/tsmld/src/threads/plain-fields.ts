import { inspect } from 'node:util'
import { type PlainError, revive, toPlain } from './plain-error.ts'

/** A log line's fields as they cross from one thread to another. */
export type PlainFields = readonly (readonly [name: string, value: PlainField])[]

type PlainField =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: PlainError }

/** Makes fields that can be cloned, errors included; what cannot be (a function, a proxy) is told as text, as `console.log` would show it. */
export function toPlainFields(fields: Readonly<Record<string, unknown>>): PlainFields {
  return Object.entries(fields).map(([name, value]) => [name, toPlainField(value)])
}

/** The fields that {@link toPlainFields} took apart. */
export function reviveFields(fields: PlainFields): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(([name, field]) => [name, field.kind === 'error' ? revive(field.error) : field.value]),
  )
}

function toPlainField(value: unknown): PlainField {
  if (value instanceof Error) return { kind: 'error', error: toPlain(value) }
  if (typeof value !== 'object' || value === null)
    return { kind: 'value', value: isPrimitive(value) ? value : inspect(value) }
  try {
    // A clone keeps no methods: an object that says how it is written (an id, a decimal) says so now.
    const said = ownJson(value)
    return { kind: 'value', value: structuredClone(said) }
  } catch {
    return { kind: 'value', value: inspect(value) }
  }
}

function ownJson(value: object): unknown {
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON !== 'function' || value instanceof Date || ArrayBuffer.isView(value)) return value
  return (value as { toJSON(): unknown }).toJSON()
}

const isPrimitive = (value: unknown): boolean => typeof value !== 'function' && typeof value !== 'symbol'
