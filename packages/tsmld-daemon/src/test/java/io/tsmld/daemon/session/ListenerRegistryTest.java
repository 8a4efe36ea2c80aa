package io.tsmld.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListenerRegistryTest {
  private final ListenerRegistry registry = new ListenerRegistry();

  @Test
  void choosesTheLeastLoadAndCountsWhatItOpened() {
    registry.replace(
        List.of(
            Listener.unix("a", 2, null), Listener.unix("b", 0, null), Listener.unix("c", 1, null)));
    assertEquals(List.of("b", "b", "c", "a", "b", "c"), choose("s", 6));
  }

  @Test
  void aNewListReplacesTheCounts() {
    registry.replace(List.of(Listener.unix("a", 0, null), Listener.unix("b", 5, null)));
    choose("s", 3);
    registry.replace(List.of(Listener.unix("a", 3, null), Listener.unix("b", 0, null)));
    assertEquals(List.of("b"), choose("s", 1));
  }

  @Test
  void aListenerOfOneStreamServesNoOther() {
    registry.replace(List.of(Listener.unix("a", 0, "clicks"), Listener.unix("b", 9, "items")));
    assertEquals(List.of("b"), choose("items", 1));
    assertEquals(Optional.empty(), registry.choose("other"));
  }

  @Test
  void aListenerOffTheLoopbackIsRefused() {
    assertThrows(UnknownHostException.class, () -> Listener.tcp("192.0.2.1", 80, 0, null));
  }

  private List<String> choose(String stream, int times) {
    return IntStream.range(0, times)
        .mapToObj(i -> registry.choose(stream).orElseThrow())
        .map(listener -> ((UnixDomainSocketAddress) listener.address()).getPath().toString())
        .toList();
  }
}
