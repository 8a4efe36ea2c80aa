import type { Deed } from '../plan/schedule.ts'
import type { JvmMemory } from './jvm-memory.ts'
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
  /** Of buffers outside the heap, after a garbage collection. */
  readonly nodeExternalBytes: number
  readonly jvm: JvmCounts | null
  /** Null where it was not asked for. */
  readonly jvmMemory: (JvmMemory & { /** Read right after it was trimmed. */ readonly anonymousBytes: number }) | null
  /** Files and folders in the worker's folder for temporary files. */
  readonly files: number
}

/** What a JVM has at a time. */
export interface JvmCounts extends ProcessCounts {
  readonly pid: number
  /** Those of its threads that belong to the KCL's pool for fetching leases that it finds. */
  readonly leaseDiscoveryThreads: number
}

/** What happened to the workers, when; `deed` is what was done to them, null where it happened by itself. */
export interface SoakEvent {
  readonly atMs: number
  readonly what: string
  readonly deed: Deed | null
}
