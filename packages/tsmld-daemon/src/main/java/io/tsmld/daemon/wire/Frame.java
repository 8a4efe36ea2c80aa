package io.tsmld.daemon.wire;

import java.nio.charset.StandardCharsets;

/** One frame as it was read. */
public record Frame(int kind, byte[] payload) {
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }
}
