/** The parts that goals are about. */
export const partNames = {
  loop: 'processRecords: a loop over a batch',
  eachRecord: 'eachRecord: the same',
  concurrent: 'eachRecord: an async handler, concurrency 100, timeoutMs',
  aggregate: 'kpl: aggregate 100 B, 64 keys',
  deaggregate: 'kpl: deaggregate the same',
} as const
