import assert from 'node:assert/strict'

/** True where both types are the same, as far as assigning goes, and B is not `any`. */
type Same<A, B> = 0 extends 1 & B ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Compiles only where `value` is of this very type, and not `any`. */
export function assertType<A>(): <B>(value: B, same: Same<A, B>) => void {
  return (value, same) => {
    assert.ok(same, String(value))
  }
}
