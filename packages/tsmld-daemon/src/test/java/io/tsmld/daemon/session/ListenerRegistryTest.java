package io.tsmld.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void aNewListKeepsTheCountOfTheConnections() {
    registry.replace(List.of(Listener.unix("a", 0, null), Listener.unix("b", 0, null)));
    assertEquals(List.of("a", "b"), choose("s", 2));
    for (int i = 0; i < 2; i++) {
      registry.replace(List.of(Listener.unix("b", 0, null), Listener.unix("a", 0, null)));
      assertEquals(List.of("b", "a"), choose("s", 2));
    }
  }

  @Test
  void aConnectionThatIsGoneIsNotCounted() {
    Listener a = Listener.unix("a", 0, null);
    registry.replace(List.of(a, Listener.unix("b", 0, null)));
    assertEquals(List.of("a", "b"), choose("s", 2));
    registry.left(a);
    assertEquals(List.of("a", "a"), choose("s", 2));
  }

  @Test
  void aConnectionThatFailsIsNotCounted(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("missing");
    registry.replace(
        List.of(Listener.unix(missing.toString(), 0, null), Listener.unix("b", 1, null)));
    Connector connector = Connector.leastLoaded(registry, "s");
    for (int i = 0; i < 3; i++) {
      assertThrows(IOException.class, connector::connect);
    }
    assertEquals(List.of(missing.toString()), choose("s", 1));
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
