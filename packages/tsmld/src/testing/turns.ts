// Taken at once: fake timers of the test's own must not stop what waits for nothing.
const { setImmediate: nextTurn } = globalThis

/** Lets everything happen that needs no time: promises, and what sockets have already. */
export async function turns(count = 6): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => nextTurn(resolve))
}
