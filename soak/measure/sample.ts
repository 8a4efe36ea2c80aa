import type { ProcessCounts } from './proc.ts'

/** What was seen of the first worker at a time. */
export interface Sample {
  /** Since the soak began. */
  readonly atMs: number
  /** Whether it held all shards, with no other worker beside it: only such samples are compared. */
  readonly isAlone: boolean
  readonly node: ProcessCounts
  /** After a garbage collection. */
  readonly nodeHeapBytes: number
  readonly jvm: (ProcessCounts & { readonly pid: number }) | null
  /** After a garbage collection; null where it was not asked for. */
  readonly jvmLiveBytes: number | null
  /** Files and folders in the worker's folder for temporary files. */
  readonly files: number
}

/** What happened to the workers, when. */
export interface SoakEvent {
  readonly atMs: number
  readonly what: string
}
