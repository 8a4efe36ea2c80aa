package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.exceptions.DependencyException;

class HandOverGuardTest {
  private static final long LEASE_MS = 10_000;

  private final FakeLeaseTable table = new FakeLeaseTable();
  private long nowMs;
  private final LeaseRefresher guarded =
      HandOverGuard.around(table.refresher, "me", LEASE_MS, () -> nowMs * 1_000_000);

  @BeforeEach
  void handOver() {
    table.add("a");
    table.rows.get("a").leaseOwner("other");
    table.rows.get("a").checkpointOwner("me");
  }

  @Test
  void givesALeaseThatNobodyHoldsToTheWorkerThatWaitsForIt() throws Exception {
    assertEquals("me", read().actualOwner());
    nowMs += LEASE_MS + 1;
    Lease row = read();
    assertEquals(List.of("take a to other"), table.done);
    assertEquals("other", row.leaseOwner());
    assertNull(row.checkpointOwner(), "the leader decides by what is in the table now");
  }

  @Test
  void takesNothingFromAWorkerThatRenews() throws Exception {
    read();
    nowMs += LEASE_MS + 1;
    table.afterRead = () -> renew(table.rows.get("a"));
    read();
    read();
    assertEquals(List.of(), table.done);
  }

  @Test
  void readsAgainAfterItsWritesWhichLastAsLongAsTheTableIsSlow() throws Exception {
    table.add("b");
    read();
    nowMs += LEASE_MS + 1;
    table.whileTaking = () -> renew(table.rows.get("b"));
    assertEquals(1, row("b").leaseCounter());
    assertEquals(List.of("take a to other"), table.done);
  }

  @Test
  void handsOnWhatAHolderRenewedJustBeforeItsWrite() throws Exception {
    read();
    nowMs += LEASE_MS + 1;
    table.whileTaking = () -> renew(table.rows.get("a"));
    assertEquals(1, read().leaseCounter());
    assertEquals(List.of(), table.done);
  }

  @Test
  void triesAgainWhatTheTableRefused() throws Exception {
    read();
    nowMs += LEASE_MS + 1;
    table.whileTaking =
        () -> {
          throw new IllegalStateException("throttled");
        };
    assertEquals("me", read().checkpointOwner());
    table.whileTaking = () -> {};
    assertNull(read().checkpointOwner());
  }

  @Test
  void handsOnNothingThatItCouldNotReadAgain() throws Exception {
    read();
    nowMs += LEASE_MS + 1;
    table.afterRead = () -> table.down = true;
    assertThrows(DependencyException.class, this::read);
  }

  @Test
  void aWorkerRenewsWhatItHoldsAndNotWhatAnotherHoldsForIt() throws Exception {
    assertTrue(guarded.renewLease(table.rows.get("a")));
    table.rows.get("a").leaseOwner("me");
    table.rows.get("a").checkpointOwner("other");
    assertFalse(guarded.renewLease(table.rows.get("a")));
    table.rows.get("a").checkpointOwner(null);
    assertTrue(guarded.renewLease(table.rows.get("a")));
    assertEquals(List.of("renew a to other", "renew a to me"), table.done);
  }

  @Test
  void theTablesOwnFailuresComeThrough() {
    table.down = true;
    assertThrows(DependencyException.class, this::read);
    assertThrows(DependencyException.class, () -> guarded.getLease("a"));
  }

  private Lease read() throws Exception {
    return row("a");
  }

  private Lease row(String key) throws Exception {
    return guarded.listLeasesParallely(null, 0).getKey().stream()
        .filter(lease -> key.equals(lease.leaseKey()))
        .findFirst()
        .orElseThrow();
  }

  private static void renew(Lease row) {
    row.leaseCounter(row.leaseCounter() + 1);
  }
}
