package io.tsmld.daemon.session;

import io.tsmld.daemon.wire.WriteTurns;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** A connection to a listener. */
public final class Link implements Closeable {
  private final SocketChannel channel;
  private final WriteTurns turns;
  private final Runnable onClose;
  private boolean closed;

  /**
   * @param turns those that all connections to that listener share
   * @param onClose called once
   */
  public Link(SocketChannel channel, WriteTurns turns, Runnable onClose) {
    this.channel = channel;
    this.turns = turns;
    this.onClose = onClose;
  }

  SocketChannel channel() {
    return channel;
  }

  WriteTurns turns() {
    return turns;
  }

  /** Also frees a thread that is blocked in a write. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone either way.
    }
    onClose.run();
  }
}
