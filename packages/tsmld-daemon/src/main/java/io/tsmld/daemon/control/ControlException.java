package io.tsmld.daemon.control;

/**
 * A line of the control channel that was not understood; the message says what is wrong with it.
 */
public final class ControlException extends Exception {
  private static final long serialVersionUID = 1L;

  public ControlException(String message) {
    super(message);
  }
}
