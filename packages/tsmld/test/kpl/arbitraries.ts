import fc from 'fast-check'
import type { AggregateFormat, UserRecord } from 'tsmld/kpl'

/** Every format. */
export const formats: readonly AggregateFormat[] = ['standard', 'erlmld', 'erlmld-zlib']

/** Any format. */
export const anyFormat = fc.constantFrom(...formats)

/** Any hash key, in decimal. */
export const anyHashKey = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String)

// Few of them, so that records share keys; and any at all.
const fewKeys = fc.constantFrom('a', 'b', 'ключ', '🔑', '0', '__proto__')
const anyKey = fc.string({ minLength: 1, maxLength: 256, unit: 'binary' }).filter(key => Array.from(key).length <= 256)

/** Any user record, of up to so many bytes of data. */
export const anyUserRecord = (maxLength: number): fc.Arbitrary<UserRecord> =>
  fc.record({
    partitionKey: fc.oneof({ weight: 3, arbitrary: fewKeys }, anyKey),
    explicitHashKey: fc.option(
      fc.oneof(anyHashKey, fc.constantFrom('0', '7', '170141183460469231731687303715884105728')),
      {
        nil: undefined,
      },
    ),
    data: fc.uint8Array({ maxLength }),
  })

/** Some changes of bytes: replaced, taken out, put in. */
export const someMutations = fc.array(
  fc.record({ at: fc.nat(), byte: fc.nat(255), how: fc.constantFrom('replace', 'remove', 'insert') }),
  { minLength: 1, maxLength: 4 },
)

/** Applies changes. */
export function mutate(
  bytes: Uint8Array,
  mutations: readonly { readonly at: number; readonly byte: number; readonly how: string }[],
): Buffer {
  const mutated = [...bytes]
  for (const { at, byte, how } of mutations) {
    const index = at % (mutated.length + 1)
    if (how === 'insert') mutated.splice(index, 0, byte)
    else if (how === 'remove') mutated.splice(index, 1)
    else mutated[index] = byte
  }
  return Buffer.from(mutated)
}
