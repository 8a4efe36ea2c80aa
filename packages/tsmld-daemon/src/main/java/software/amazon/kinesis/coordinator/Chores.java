package software.amazon.kinesis.coordinator;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseCoordinator;
import software.amazon.kinesis.worker.metricstats.WorkerMetricStatsManager;

/**
 * What the KCL does again and again in the background, and without which shards stop one by one.
 *
 * <p>Each of these tasks catches exceptions and goes on. An {@link Error} (a class that cannot be
 * loaded, no more threads) ends it for good and without a word: it is kept in a future that the
 * KCL never looks at. Mended upstream for the assignment alone (3.3.0).
 *
 * <p>Others catch everything: the renewal and the taking of leases, the sync of shards, the
 * election of a KCL 2. Three can end so, but stop no shard, and the KCL keeps no future of them or
 * a changing one: the cleaning away of ended shards' leases, the time limit of hand-overs, and the
 * watch over the version in a migration.
 */
final class Chores {
  private static final Logger LOG = LoggerFactory.getLogger(Chores.class);

  private record Chore(String what, Field[] way) {}

  private static final List<Chore> KCLS = find();

  private final Scheduler scheduler;
  private final Collection<ClosingLeaderDecider> deciders;

  Chores(Scheduler scheduler, Collection<ClosingLeaderDecider> deciders) {
    this.scheduler = scheduler;
    this.deciders = deciders;
  }

  /** Gives {@code onEnded} one that has ended, and the error that ended it. */
  void look(BiConsumer<String, Throwable> onEnded) {
    Stream<Ended> renewals =
        deciders.stream()
            .map(each -> new Ended("renewal of the leader's lock", thrown(each.renewals())));
    Stream<Ended> others =
        KCLS.stream().map(each -> new Ended(each.what, thrown(future(each.way))));
    Stream.concat(others, renewals)
        .filter(each -> each.why != null)
        .findFirst()
        .ifPresent(each -> onEnded.accept(each.what, each.why));
  }

  private record Ended(String what, Throwable why) {}

  /** Null while it goes on, and where it was told to end. */
  private static Throwable thrown(Future<?> chore) {
    if (chore == null || !chore.isDone()) {
      return null;
    }
    try {
      chore.get();
      return null;
    } catch (CancellationException e) {
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Null where it has not begun. */
  private Future<?> future(Field[] way) {
    try {
      Object at = scheduler;
      for (Field field : way) {
        at = field.getDeclaringClass().isInstance(at) ? field.get(at) : null;
      }
      return (Future<?>) at;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Chore> find() {
    try {
      Field components = field(Scheduler.class, "migrationComponentsInitializer");
      Class<?> parts = DynamicMigrationComponentsInitializer.class;
      return List.of(
          chore(
              "assignment of leases",
              components,
              field(parts, "leaseAssignmentManager"),
              field(LeaseAssignmentManager.class, "managerFuture")),
          chore(
              "discovery of assigned leases",
              field(Scheduler.class, "leaseCoordinator"),
              field(DynamoDBLeaseCoordinator.class, "leaseDiscoveryFuture")),
          chore(
              "report of this worker",
              components,
              field(parts, "workerMetricsReporterFuture")),
          chore(
              "measuring of this worker's load",
              components,
              field(parts, "workerMetricsManager"),
              field(WorkerMetricStatsManager.class, "managerProcessFuture")));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn(
          "A task of the KCL that ends by an error is not noticed: this KCL is built otherwise: {}",
          e.toString());
      return List.of();
    }
  }

  private static Chore chore(String what, Field... way) {
    return new Chore(what, way);
  }

  private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
