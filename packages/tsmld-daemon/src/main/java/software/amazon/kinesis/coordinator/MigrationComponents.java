package software.amazon.kinesis.coordinator;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.function.Supplier;
import software.amazon.kinesis.leader.DynamoDBLockBasedLeaderDecider;

/**
 * The private parts of the KCL 3.1.3 that tsmld reaches into, all of which are a scheduler's {@code
 * DynamicMigrationComponentsInitializer}'s; {@link Chores} reads some futures beside them. Tests look
 * whether they are there.
 */
final class MigrationComponents {
  private final Object parts;

  /**
   * @throws ReflectiveOperationException as the methods do, where this KCL is built otherwise
   */
  MigrationComponents(Scheduler scheduler) throws ReflectiveOperationException {
    Field field = Scheduler.class.getDeclaredField("migrationComponentsInitializer");
    field.setAccessible(true);
    this.parts = field.get(scheduler);
  }

  /** Before the scheduler begins. */
  void electLeadersBy(Supplier<DynamoDBLockBasedLeaderDecider> creator)
      throws ReflectiveOperationException {
    Field field = parts.getClass().getDeclaredField("ddbLockBasedLeaderDeciderCreator");
    field.setAccessible(true);
    field.set(parts, creator);
  }

  /** A report that is being written may still come. */
  void stopWorkerReports() throws ReflectiveOperationException {
    Method method = parts.getClass().getDeclaredMethod("stopWorkerMetricsReporter");
    method.setAccessible(true);
    method.invoke(parts);
  }
}
