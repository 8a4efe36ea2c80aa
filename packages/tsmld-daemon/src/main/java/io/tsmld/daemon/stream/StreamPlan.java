package io.tsmld.daemon.stream;

/**
 * All that a stream needs before its scheduler is built.
 *
 * @param recordFormat as in the hello
 * @param actionTimeoutMs 0: none
 * @param probe asks the service once whether the stream can be read
 */
record StreamPlan(SchedulerParts parts, String recordFormat, long actionTimeoutMs, Probe probe) {

  /** Fails with what is wrong: the KCL itself would go on trying for minutes or for ever. */
  @FunctionalInterface
  interface Probe {
    void run() throws StreamException;
  }
}
