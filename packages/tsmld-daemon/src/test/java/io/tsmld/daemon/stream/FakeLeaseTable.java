package io.tsmld.daemon.stream;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** A lease table and a worker's memory of it; what is done to them is noted in words. */
final class FakeLeaseTable {
  final Map<String, Lease> rows = new HashMap<>();
  final Map<String, Lease> held = new HashMap<>();

  /** Those of the held leases whose renewal is late: the KCL does not give them out meanwhile. */
  final Set<String> expired = new HashSet<>();

  final List<String> done = new ArrayList<>();
  boolean down;
  boolean refusesAssignments;

  /** What happens between a read of the whole table and the next write. */
  Runnable afterRead = () -> {};

  /** What happens while a lease is taken, before the row is written. */
  Runnable whileTaking = () -> {};

  final LeaseCoordinator coordinator = proxy(LeaseCoordinator.class, this::coordinate);
  final LeaseRefresher refresher = proxy(LeaseRefresher.class, this::refresh);

  /** Adds a lease of the worker {@code me}, held, and gives its identity. */
  String add(String key) {
    return add(key, ExtendedSequenceNumber.TRIM_HORIZON);
  }

  String add(String key, ExtendedSequenceNumber checkpoint) {
    UUID token = UUID.randomUUID();
    Lease lease = new Lease();
    lease.leaseKey(key);
    lease.leaseOwner("me");
    lease.concurrencyToken(token);
    lease.checkpoint(checkpoint);
    rows.put(key, lease);
    held.put(key, lease);
    return token.toString();
  }

  private Object coordinate(Object proxy, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "workerIdentifier" -> "me";
      case "leaseRefresher" -> refresher;
      case "getCurrentlyHeldLease" ->
          expired.contains((String) arguments[0]) ? null : held.get((String) arguments[0]);
      case "dropLease" -> {
        if (held.remove(((Lease) arguments[0]).leaseKey()) != null) {
          done.add("drop " + ((Lease) arguments[0]).leaseKey());
        }
        yield null;
      }
      default -> throw new UnsupportedOperationException(method.getName());
    };
  }

  private Object refresh(Object proxy, Method method, Object[] arguments)
      throws DependencyException {
    if (down) {
      throw new DependencyException(new IllegalStateException("the table is down"));
    }
    return switch (method.getName()) {
      case "getLease" -> rows.get((String) arguments[0]);
      case "listLeases" -> new ArrayList<>(rows.values());
      case "listLeasesParallely" -> {
        List<Lease> read = rows.values().stream().map(Lease::copy).toList();
        afterRead.run();
        yield Map.entry(read, List.of());
      }
      case "renewLease" -> note("renew", (Lease) arguments[0], ((Lease) arguments[0]).leaseOwner());
      case "takeLease" -> take((Lease) arguments[0], (String) arguments[1]);
      case "evictLease" -> note("evict", (Lease) arguments[0], null);
      case "assignLease" ->
          !refusesAssignments && note("assign", (Lease) arguments[0], (String) arguments[1]);
      default -> throw new UnsupportedOperationException(method.getName());
    };
  }

  private boolean take(Lease lease, String owner) {
    whileTaking.run();
    Lease row = rows.get(lease.leaseKey());
    if (!row.leaseCounter().equals(lease.leaseCounter())) {
      return false;
    }
    for (Lease changed : List.of(row, lease)) {
      changed.leaseCounter(changed.leaseCounter() + 1);
      changed.checkpointOwner(null);
    }
    return note("take", lease, owner);
  }

  private boolean note(String what, Lease lease, String owner) {
    done.add(what + " " + lease.leaseKey() + (owner == null ? "" : " to " + owner));
    lease.leaseOwner(owner);
    return true;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FakeLeaseTable.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
