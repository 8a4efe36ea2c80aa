package io.tsmld.daemon.wire;

import java.util.concurrent.Semaphore;

/**
 * Lets few sessions of one listener write a batch at a time, in the order in which they ask. Node
 * reads all of them in one thread: batches that arrive interleaved are only half there for longer,
 * out of the caches when they are whole, and all in memory at once. A turn lasts until the batch is
 * in the socket, not until it is handled, so that a slow handler holds up nobody.
 */
public final class WriteTurns {
  /** One to be written while another is read. */
  private static final int AT_ONCE = 2;

  private final Semaphore turns = new Semaphore(AT_ONCE, true);

  /**
   * Not to be interrupted: whoever has a turn is freed by the end of its connection at the latest.
   */
  void take() {
    turns.acquireUninterruptibly();
  }

  void giveBack() {
    turns.release();
  }
}
