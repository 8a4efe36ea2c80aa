package io.tsmld.stock;

import java.io.IOException;

/**
 * Ends the JVM when its stdin ends, which is when Node has died, SIGKILL included.
 *
 * <p>By halt: the daemons' shutdown hooks would wait for sessions that nobody answers any more, leases held.
 */
final class StdinWatch {
  private StdinWatch() {}

  static void haltAtEnd(int exitCode) {
    Thread watch =
        new Thread(
            () -> {
              awaitEnd();
              System.err.println("tsmld: Node went away, the stock daemon ends");
              System.err.flush();
              Runtime.getRuntime().halt(exitCode);
            },
            "tsmld-stdin-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void awaitEnd() {
    byte[] ignored = new byte[512];
    try {
      while (System.in.read(ignored) >= 0) {
        // What Node writes here means nothing.
      }
    } catch (IOException e) {
      // A broken pipe is an end as well.
    }
  }
}
