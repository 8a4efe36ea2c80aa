package io.tsmld.daemon.stream;

/** A stream cannot be read; the message is one sentence for its user. */
final class StreamException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String error;

  /**
   * @param error a simple class name, as {@code streamFailed} carries it
   */
  StreamException(String error, String message) {
    super(message);
    this.error = error;
  }

  String error() {
    return error;
  }
}
