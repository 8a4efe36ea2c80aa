/** How a stream's daemon, the Java process, is run. */
export interface DaemonOptions {
  /** Our own program, or AWS's unmodified MultiLangDaemon with a bridge process a shard. @default 'embedded' */
  readonly daemon?: 'embedded' | 'stock' | undefined
  /**
   * Which of AWS's daemons: KCL 1's or 2's, for those who have not moved to KCL 3 yet, or 3's. Their jars are in no npm package but 3's: a clone of the
   * repository builds them, elsewhere give `classpath`. With `daemon: 'stock'` only. @default 3; on DynamoDB streams 1, the only one that AWS has
   */
  readonly kclVersion?: 1 | 2 | 3 | undefined
  /** The `java` to run, or a Java home. @default `TSMLD_JAVA`, then `JAVA_HOME`, then the PATH */
  readonly javaPath?: string | undefined
  /** The greatest heap (`-Xmx`), in bytes, at least 64 MiB; about 16 MiB for each shard that a worker may hold. @default Java's own: a quarter of the memory */
  readonly heapBytes?: number | undefined
  /** More arguments for the JVM, before the class name; no secrets: every process on the machine can read them. */
  readonly jvmArgs?: readonly string[] | undefined
  /** More environment variables for the JVM, beside those of this process. Here belong credentials that this process does not have. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** The jars of a stock daemon, as a class path or its entries. With `daemon: 'stock'` only. @default the jars of KCL 3 in `tsmld-daemon`, those of KCL 1 and 2 of the repository's Maven build */
  readonly classpath?: string | readonly string[] | undefined
  /** What joins the MultiLangDaemon's pipes to our socket; must be on the PATH or a path. With `daemon: 'stock'` only. @default 'socat' */
  readonly bridge?: 'socat' | 'nc' | undefined
}

/** {@link DaemonOptions} with their defaults filled in; null is "not given". */
export interface NormalizedDaemon {
  readonly kind: 'embedded' | 'stock'
  readonly javaPath: string | null
  readonly heapBytes: number | null
  readonly jvmArgs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly classpath: readonly string[] | null
  readonly bridge: 'socat' | 'nc'
}
