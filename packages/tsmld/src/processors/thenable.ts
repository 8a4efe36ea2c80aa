/** Whether a handler goes on after it has returned. */
export function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as { readonly then?: unknown } | null | undefined)?.then === 'function'
}
