// aws-kcl has no types of its own; these are of what the bench and the tests use.
declare module 'aws-kcl' {
  import type { Readable, Writable } from 'node:stream'

  interface Processor {
    initialize(input: unknown, done: () => void): void
    processRecords(input: { readonly records: readonly { readonly data: string }[] }, done: () => void): void
    leaseLost?(input: unknown, done: () => void): void
    shardEnded?(input: unknown, done: () => void): void
    shutdown?(input: unknown, done: () => void): void
  }
  /** Reads and writes the process's own streams where it is given none. */
  function kcl(
    processor: Processor,
    input?: Readable,
    output?: Writable,
    error?: Writable,
  ): { run(): void; cleanup(): void }
  export = kcl
}
