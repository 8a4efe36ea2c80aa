package io.tsmld.daemon.stream;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;

/**
 * A lease table on which no hand-over of the KCL 3.1.3 stands still; 3.4.2 mends both of these.
 *
 * <p>The worker that has to let a lease go may not hold it: it was started again, or had not found
 * it yet. The leader takes it for the holder all the same, and where it would assign it the lease,
 * assigns nothing. So before the leader decides ({@code LeaseAssignmentManager}, the one that scans
 * the table in parallel), such a lease goes to the worker that waits for it.
 *
 * <p>The leader takes the time for that of its read when it has the rows, and judges by it which
 * leases expired. So after a write, each of which lasts as long as the table is slow, the rows are
 * read again: by the older ones a lease that was renewed meanwhile could look expired, and the
 * leader's assignment, which no counter guards, would take it from its holder.
 *
 * <p>A worker that starts renews each lease whose {@code leaseOwner} it is, also one that another
 * still holds for it, which that one thereby loses before it has drained.
 */
final class HandOverGuard implements InvocationHandler {
  private static final Logger LOG = LoggerFactory.getLogger(HandOverGuard.class);

  private final LeaseRefresher table;
  private final String worker;
  private final StaleHandOvers handOvers;
  private final LongSupplier nanoTime;

  private HandOverGuard(
      LeaseRefresher table, String worker, StaleHandOvers handOvers, LongSupplier nanoTime) {
    this.table = table;
    this.worker = worker;
    this.handOvers = handOvers;
    this.nanoTime = nanoTime;
  }

  static LeaseRefresher around(
      LeaseRefresher table, String worker, long leaseMs, LongSupplier nanoTime) {
    StaleHandOvers handOvers = new StaleHandOvers(TimeUnit.MILLISECONDS.toNanos(leaseMs));
    return (LeaseRefresher)
        Proxy.newProxyInstance(
            HandOverGuard.class.getClassLoader(),
            new Class<?>[] {LeaseRefresher.class},
            new HandOverGuard(table, worker, handOvers, nanoTime));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    return switch (method.getName()) {
      case "renewLease" -> !isAnothers((Lease) arguments[0]) && (boolean) call(method, arguments);
      case "listLeasesParallely" -> {
        Read read = read(method, arguments);
        read.stale.forEach(this::finish);
        yield read.stale.isEmpty() ? read.answer : read(method, arguments).answer;
      }
      default -> call(method, arguments);
    };
  }

  private Read read(Method method, Object[] arguments) throws Throwable {
    long from = nanoTime.getAsLong();
    Map.Entry<?, ?> answer = (Map.Entry<?, ?>) call(method, arguments);
    @SuppressWarnings("unchecked")
    List<Lease> rows = (List<Lease>) answer.getKey();
    return new Read(answer, handOvers.among(rows, from, nanoTime.getAsLong()));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(table, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private boolean isAnothers(Lease lease) {
    return lease.checkpointOwner() != null && !worker.equals(lease.checkpointOwner());
  }

  /**
   * Conditional on the counter, which every holder moves: who has renewed the lease since the read
   * keeps it.
   */
  private void finish(Lease row) {
    String from = row.checkpointOwner();
    try {
      if (table.takeLease(row, row.leaseOwner())) {
        LOG.info(
            "The lease of {} goes to {}: {} has to let it go, and does not hold it",
            row.leaseKey(),
            row.leaseOwner(),
            from);
      }
    } catch (Exception e) {
      LOG.warn(
          "The lease of {}, which {} does not hold, could not be given to {}; it is tried again: {}",
          row.leaseKey(),
          from,
          row.leaseOwner(),
          e.toString());
    }
  }

  private record Read(Map.Entry<?, ?> answer, List<Lease> stale) {}
}
