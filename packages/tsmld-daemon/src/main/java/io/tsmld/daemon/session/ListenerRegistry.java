package io.tsmld.daemon.session;

import io.tsmld.daemon.wire.WriteTurns;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Chooses the listener of a new session: the one with the least load. */
public final class ListenerRegistry {
  private List<Listener> listeners = List.of();
  private int[] opened = new int[0];
  private final Map<SocketAddress, WriteTurns> turns = new HashMap<>();

  /** Node's newest list; its loads count every session opened so far. */
  public synchronized void replace(List<Listener> list) {
    listeners = List.copyOf(list);
    opened = new int[listeners.size()];
    turns.keySet().retainAll(listeners.stream().map(Listener::address).toList());
  }

  /** The turns of those who write to this listener. */
  synchronized WriteTurns turns(Listener listener) {
    return turns.computeIfAbsent(listener.address(), address -> new WriteTurns());
  }

  /**
   * The least loaded one that serves the stream; the session is counted there until the next list.
   */
  public synchronized Optional<Listener> choose(String stream) {
    int best = -1;
    for (int i = 0; i < listeners.size(); i++) {
      String only = listeners.get(i).stream();
      if ((only == null || only.equals(stream)) && (best < 0 || load(i) < load(best))) {
        best = i;
      }
    }
    if (best < 0) {
      return Optional.empty();
    }
    opened[best]++;
    return Optional.of(listeners.get(best));
  }

  private int load(int index) {
    return listeners.get(index).load() + opened[index];
  }
}
