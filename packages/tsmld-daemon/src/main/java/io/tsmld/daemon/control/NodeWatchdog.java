package io.tsmld.daemon.control;

import java.util.function.Consumer;

/** Notices that Node says nothing any more: stopped, or its event loop blocked. */
public final class NodeWatchdog {
  private static final long TICK_MS = 500;

  /** A tick this late means that this JVM itself stood still; Node's lines then wait unread. */
  private static final long STOOD_STILL_MS = 2_000;

  private final long timeoutMs;
  private final Consumer<String> onSilence;
  private volatile long lastLineNanos = System.nanoTime();

  /**
   * @param onSilence told once, with the reason
   */
  public NodeWatchdog(long timeoutMs, Consumer<String> onSilence) {
    this.timeoutMs = timeoutMs;
    this.onSilence = onSilence;
  }

  public void start() {
    Thread thread = new Thread(this::watch, "node-watchdog");
    thread.setDaemon(true);
    thread.start();
  }

  public void heard() {
    lastLineNanos = System.nanoTime();
  }

  private void watch() {
    long before = System.nanoTime();
    while (true) {
      try {
        Thread.sleep(TICK_MS);
      } catch (InterruptedException e) {
        return;
      }
      long now = System.nanoTime();
      if ((now - before) / 1_000_000 > STOOD_STILL_MS) {
        heard();
      }
      before = now;
      if ((now - lastLineNanos) / 1_000_000 > timeoutMs) {
        onSilence.accept("Node said nothing for " + timeoutMs + " ms");
        return;
      }
    }
  }
}
