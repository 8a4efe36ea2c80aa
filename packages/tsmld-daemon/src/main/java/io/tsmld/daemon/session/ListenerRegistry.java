package io.tsmld.daemon.session;

import io.tsmld.daemon.wire.WriteTurns;
import java.net.SocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Chooses the listener of a new session: the one with the least load. */
public final class ListenerRegistry {
  private List<Listener> listeners = List.of();
  private final Map<SocketAddress, Integer> connections = new HashMap<>();
  private final Map<SocketAddress, WriteTurns> turns = new HashMap<>();

  /** Node's newest list; its loads do not count the connections to these listeners. */
  public synchronized void replace(List<Listener> list) {
    listeners = List.copyOf(list);
    turns.keySet().retainAll(listeners.stream().map(Listener::address).toList());
  }

  /** The turns of those who write to this listener. */
  synchronized WriteTurns turns(Listener listener) {
    return turns.computeIfAbsent(listener.address(), address -> new WriteTurns());
  }

  /**
   * The least loaded one that serves the stream; the connection is counted there until {@link
   * #left}.
   */
  public synchronized Optional<Listener> choose(String stream) {
    Optional<Listener> least =
        listeners.stream()
            .filter(listener -> listener.stream() == null || listener.stream().equals(stream))
            .min(Comparator.comparingInt(this::load));
    least.ifPresent(listener -> connections.merge(listener.address(), 1, Integer::sum));
    return least;
  }

  /** A connection to this listener is gone, or did not come about. */
  synchronized void left(Listener listener) {
    connections.computeIfPresent(listener.address(), (address, n) -> n == 1 ? null : n - 1);
  }

  private int load(Listener listener) {
    return listener.load() + connections.getOrDefault(listener.address(), 0);
  }
}
