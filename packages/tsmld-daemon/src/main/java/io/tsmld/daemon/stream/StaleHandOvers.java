package io.tsmld.daemon.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.kinesis.leases.Lease;

/**
 * Finds leases that one worker is to let go for another ({@code checkpointOwner} for {@code
 * leaseOwner}) and that nobody holds: their counters stand still for longer than a lease lives.
 */
final class StaleHandOvers {
  private final long leaseNanos;
  private Map<String, Seen> seen = Map.of();

  StaleHandOvers(long leaseNanos) {
    this.leaseNanos = leaseNanos;
  }

  /**
   * @param rows of the whole lease table, read between these two times; the time between two reads
   *     is thus never taken for longer than it was
   */
  synchronized List<Lease> among(List<Lease> rows, long fromNanos, long untilNanos) {
    Map<String, Seen> now = new HashMap<>();
    List<Lease> stale = new ArrayList<>();
    for (Lease row : rows) {
      if (row.checkpointOwner() == null || row.leaseOwner() == null) {
        continue;
      }
      Seen before = seen.get(row.leaseKey());
      if (before == null || before.counter != row.leaseCounter()) {
        now.put(row.leaseKey(), new Seen(row.leaseCounter(), untilNanos));
        continue;
      }
      now.put(row.leaseKey(), before);
      if (fromNanos - before.atNanos > leaseNanos) {
        stale.add(row);
      }
    }
    seen = now;
    return stale;
  }

  private record Seen(long counter, long atNanos) {}
}
