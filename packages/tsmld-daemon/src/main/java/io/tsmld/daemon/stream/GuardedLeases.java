package io.tsmld.daemon.stream;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.leases.LeaseCleanupManager;
import software.amazon.kinesis.leases.LeaseCoordinator;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseManagementFactory;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.ShardDetector;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.leases.ShardSyncTaskManager;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseCoordinator;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseRefresher;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.lifecycle.ShardConsumer;
import software.amazon.kinesis.metrics.MetricsFactory;

/** The KCL's or the adapter's parts, with a {@link HandOverGuard} around the lease table. */
public final class GuardedLeases implements LeaseManagementFactory {
  private final LeaseManagementConfig leases;
  private final LeaseManagementFactory parts;

  private GuardedLeases(LeaseManagementConfig leases, LeaseManagementFactory parts) {
    this.leases = leases;
    this.parts = parts;
  }

  public static LeaseManagementConfig in(LeaseManagementConfig leases) {
    LeaseManagementFactory parts =
        leases.leaseManagementFactory(new DynamoDBLeaseSerializer(), false);
    return leases.leaseManagementFactory(new GuardedLeases(leases, parts));
  }

  @Override
  public LeaseCoordinator createLeaseCoordinator(MetricsFactory metrics) {
    return createLeaseCoordinator(metrics, new ConcurrentHashMap<>());
  }

  /** As {@code DynamoDBLeaseManagementFactory} does it. */
  @Override
  public LeaseCoordinator createLeaseCoordinator(
      MetricsFactory metrics, ConcurrentMap<ShardInfo, ShardConsumer> consumers) {
    LeaseRefresher table =
        HandOverGuard.around(
            createLeaseRefresher(),
            leases.workerIdentifier(),
            leases.failoverTimeMillis(),
            System::nanoTime);
    return new DynamoDBLeaseCoordinator(
        table,
        leases.workerIdentifier(),
        leases.failoverTimeMillis(),
        leases.enablePriorityLeaseAssignment(),
        leases.epsilonMillis(),
        leases.maxLeasesForWorker(),
        leases.maxLeasesToStealAtOneTime(),
        leases.maxLeaseRenewalThreads(),
        leases.initialLeaseTableReadCapacity(),
        leases.initialLeaseTableWriteCapacity(),
        metrics,
        leases.workerUtilizationAwareAssignmentConfig(),
        leases.gracefulLeaseHandoffConfig(),
        consumers,
        leases.leaseAssignmentIntervalMillis());
  }

  @Override
  public ShardSyncTaskManager createShardSyncTaskManager(
      MetricsFactory metrics, StreamConfig stream, DeletedStreamListProvider deleted) {
    return parts.createShardSyncTaskManager(metrics, stream, deleted);
  }

  @Override
  public DynamoDBLeaseRefresher createLeaseRefresher() {
    return parts.createLeaseRefresher();
  }

  @Override
  public ShardDetector createShardDetector(StreamConfig stream) {
    return parts.createShardDetector(stream);
  }

  @Override
  public LeaseCleanupManager createLeaseCleanupManager(MetricsFactory metrics) {
    return parts.createLeaseCleanupManager(metrics);
  }
}
