package io.tsmld.daemon.session;

import java.util.function.BooleanSupplier;

/** How far a session is, and what whoever waits for it waits on. Any thread may call it. */
final class SessionProgress {
  private String failure;

  /** The action whose status is awaited; null between actions. */
  private String outstanding;

  private boolean initialized;

  /** The shard is done with: the end of the connection is no failure any more. */
  private boolean ended;

  private boolean closed;

  synchronized void begin(String action) throws SessionFailure {
    throwIfFailed();
    outstanding = action;
  }

  /** Not while the session still connects. */
  synchronized boolean acting() {
    return outstanding != null;
  }

  synchronized boolean initialized() {
    return initialized;
  }

  synchronized boolean failed() {
    return failure != null;
  }

  /** Whether there is nothing more to say: the shard is done with, or the session failed. */
  synchronized boolean over() {
    return ended || failure != null;
  }

  /**
   * Takes the status of an action.
   *
   * @param last whether the shard is done with after it; asked only of the status that is awaited
   * @return false when another is awaited, or none
   */
  synchronized boolean answer(String action, BooleanSupplier last) {
    if (!action.equals(outstanding)) {
      return false;
    }
    initialized = true;
    outstanding = null;
    // Here and not on the KCL's thread: Node may close at once after it.
    ended = last.getAsBoolean();
    notifyAll();
    return true;
  }

  synchronized String awaited() {
    return outstanding == null ? "none" : outstanding;
  }

  /** The first reason counts: false when there is one, or the shard is done with. */
  synchronized boolean fail(String reason) {
    if (over()) {
      return false;
    }
    failure = reason;
    notifyAll();
    return true;
  }

  /** The connection is at its end. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** What a condition looks at has changed. */
  synchronized void changed() {
    notifyAll();
  }

  /**
   * Looks whether a condition holds, and if not waits for a change, once.
   *
   * @param ms how long at most; 0 or less: not at all
   * @return whether it held, or never will because all is over
   */
  synchronized boolean reached(BooleanSupplier condition, long ms)
      throws SessionFailure, InterruptedException {
    throwIfFailed();
    if (condition.getAsBoolean() || (ended && closed)) {
      return true;
    }
    if (ms > 0) {
      wait(ms);
    }
    return false;
  }

  /** Gives the connection some time to end by itself. */
  synchronized void awaitEnd(long ms) {
    if (failure == null && !closed) {
      try {
        wait(ms);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void throwIfFailed() throws SessionFailure {
    if (failure != null) {
      throw new SessionFailure(failure);
    }
  }
}
