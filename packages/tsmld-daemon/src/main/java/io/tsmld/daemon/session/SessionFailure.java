package io.tsmld.daemon.session;

/** A session ended before its shard did; its message says why, in words for the log. */
public final class SessionFailure extends Exception {
  private static final long serialVersionUID = 1L;

  public SessionFailure(String message) {
    super(message);
  }
}
