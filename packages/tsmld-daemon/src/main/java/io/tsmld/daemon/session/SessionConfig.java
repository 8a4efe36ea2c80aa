package io.tsmld.daemon.session;

/**
 * What the sessions of one stream share.
 *
 * @param stream the stream's name in {@code start}
 * @param recordFormat {@code kinesis} or {@code dynamodb-binary}
 * @param actionTimeoutMs how long Node may take for one action; 0: for ever (the MLD's {@code
 *     timeoutInSeconds})
 * @param leaseCheckMs how often a waiting action looks whether the lease is still held
 */
public record SessionConfig(
    String stream, String recordFormat, String token, long actionTimeoutMs, long leaseCheckMs) {
  public static final long DEFAULT_LEASE_CHECK_MS = 1_000;
}
