// aws-kcl has no types of its own; these are of what the bench uses.
declare module 'aws-kcl' {
  interface Processor {
    initialize(input: unknown, done: () => void): void
    processRecords(input: { readonly records: readonly { readonly data: string }[] }, done: () => void): void
    leaseLost(input: unknown, done: () => void): void
    shardEnded(input: unknown, done: () => void): void
  }
  function kcl(processor: Processor): { run(): void }
  export = kcl
}
