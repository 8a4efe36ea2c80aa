package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.leases.Lease;

class StaleHandOversTest {
  private final StaleHandOvers handOvers = new StaleHandOvers(100);

  @Test
  void isStaleOnceTheCounterStoodStillForLongerThanALeaseLives() {
    Lease row = row("a", 7, "gone", "me");
    assertEquals(List.of(), handOvers.among(List.of(row), 0, 10));
    assertEquals(List.of(), handOvers.among(List.of(row), 110, 200));
    assertEquals(List.of(row), handOvers.among(List.of(row), 111, 300));
  }

  @Test
  void isNotStaleWhileSomebodyRenews() {
    for (int n = 0; n < 10; n++) {
      Lease row = row("a", n, "gone", "me");
      assertEquals(List.of(), handOvers.among(List.of(row), n * 101L, n * 101L));
    }
  }

  @Test
  void aLeaseThatIsHandedOverAnewIsSeenAnew() {
    Lease row = row("a", 7, "gone", "me");
    handOvers.among(List.of(row), 0, 0);
    assertEquals(List.of(), handOvers.among(List.of(row("a", 8, "gone", null)), 50, 50));
    assertEquals(List.of(), handOvers.among(List.of(row("a", 8, "new", "gone")), 120, 120));
  }

  @Test
  void isNoneWhereNobodyHasToLetItGoOrNobodyWaits() {
    List<Lease> rows = List.of(row("a", 7, "gone", null), row("b", 7, null, "me"));
    handOvers.among(rows, 0, 0);
    assertEquals(List.of(), handOvers.among(rows, 1_000, 1_000));
  }

  private static Lease row(String key, long counter, String owner, String checkpointOwner) {
    Lease lease = new Lease();
    lease.leaseKey(key);
    lease.leaseCounter(counter);
    lease.leaseOwner(owner);
    lease.checkpointOwner(checkpointOwner);
    return lease;
  }
}
