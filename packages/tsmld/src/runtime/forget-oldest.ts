/** Keeps the last `kept` entries that were added. */
export function forgetOldest(keyed: Map<string, unknown> | Set<string>, kept: number): void {
  for (const key of keyed.keys()) {
    if (keyed.size <= kept) return
    keyed.delete(key)
  }
}
