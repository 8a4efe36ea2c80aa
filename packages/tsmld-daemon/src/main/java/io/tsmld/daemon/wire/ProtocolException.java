package io.tsmld.daemon.wire;

import java.io.IOException;

/** The other side sent what the protocol does not allow; the session ends. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message);
  }
}
