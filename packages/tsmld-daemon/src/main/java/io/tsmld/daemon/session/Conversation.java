package io.tsmld.daemon.session;

import io.tsmld.daemon.wire.Frame;
import io.tsmld.daemon.wire.FrameReader;
import io.tsmld.daemon.wire.FrameWriter;
import io.tsmld.daemon.wire.Messages;
import io.tsmld.daemon.wire.NodeMessage;
import java.io.IOException;

/**
 * A session's connection and the thread that connects it, says hello and reads. Unix sockets have
 * no read timeout in Java: whoever waits no longer closes it from another thread.
 */
final class Conversation {
  private final Connector connector;
  private final String hello;
  private final Handler handler;
  private Link link;
  private boolean closed;

  /** Called on the conversation's own thread. */
  interface Handler {
    void connected(FrameWriter writer);

    void received(NodeMessage message) throws IOException;

    /** The last call; why it ended, in words. */
    void ended(String reason);
  }

  Conversation(Connector connector, String hello, Handler handler) {
    this.connector = connector;
    this.hello = hello;
    this.handler = handler;
  }

  void start(String name) {
    Thread thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Also frees a thread that is blocked in a write. */
  synchronized void close() {
    closed = true;
    if (link != null) {
      link.close();
    }
  }

  static String words(Throwable t) {
    return t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
  }

  private void run() {
    String reason;
    try {
      converse(connector.connect());
      reason = "Node closed the connection";
    } catch (IOException e) {
      reason = words(e);
    } catch (Throwable t) {
      reason = "the session's thread failed: " + t;
    }
    close();
    handler.ended(reason);
  }

  private void converse(Link connected) throws IOException {
    synchronized (this) {
      link = connected;
      if (closed) {
        close();
      }
    }
    FrameWriter writer = new FrameWriter(connected.channel(), connected.turns());
    writer.hello(hello);
    handler.connected(writer);
    FrameReader reader = new FrameReader(connected.channel());
    for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
      handler.received(Messages.parse(frame));
    }
  }
}
