package io.tsmld.daemon.session;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/** Opens the connection of a session. */
@FunctionalInterface
public interface Connector {
  Link connect() throws IOException;

  /** Connects to the listener of the stream that has the least load. */
  static Connector leastLoaded(ListenerRegistry listeners, String stream) {
    return () -> {
      Listener listener =
          listeners
              .choose(stream)
              .orElseThrow(() -> new IOException("Node has no listener for the stream"));
      try {
        SocketChannel channel = SocketChannel.open(listener.address());
        if (listener.address() instanceof InetSocketAddress) {
          channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        return new Link(channel, listeners.turns(listener), () -> listeners.left(listener));
      } catch (IOException e) {
        listeners.left(listener);
        throw e;
      }
    };
  }
}
