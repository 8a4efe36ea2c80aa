package io.tsmld.daemon.stream;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The AWS clients of one stream. Each keeps threads of its own until it is closed, however far the
 * stream came: a shared JVM may start a stream that cannot be read again and again.
 */
final class Clients {
  private final List<SdkAutoCloseable> open = new ArrayList<>();
  private boolean closed;

  /** One that comes after the close, of a stream stopped while it starts, is closed at once. */
  synchronized void add(SdkAutoCloseable client) {
    if (closed) {
      client.close();
    } else {
      open.add(client);
    }
  }

  synchronized void close() {
    closed = true;
    open.forEach(SdkAutoCloseable::close);
    open.clear();
  }
}
