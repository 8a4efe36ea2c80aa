package io.tsmld.daemon.stream;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.coordinator.CoordinatorState;
import software.amazon.kinesis.coordinator.CoordinatorStateDAO;
import software.amazon.kinesis.coordinator.migration.ClientVersion;
import software.amazon.kinesis.coordinator.migration.MigrationState;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.worker.metricstats.WorkerMetricStats;
import software.amazon.kinesis.worker.metricstats.WorkerMetricStatsDAO;

/**
 * The other workers of an application, as the table {@code APP-WorkerMetricStats} shows them: its
 * rows are what the KCL's leader assigns leases by.
 *
 * <p>A worker that is not the leader looks only now and then whether it can become it (in AWS's own
 * daemon every 30 s), so a lease that a leaving leader merely evicts can lie unassigned for that
 * long; assigned to a peer it is found within half an assignment interval.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  private static final Set<ClientVersion> ASSIGNING =
      Set.of(ClientVersion.CLIENT_VERSION_3X, ClientVersion.CLIENT_VERSION_3X_WITH_ROLLBACK);

  private final WorkerMetricStatsDAO rows;
  private final String self;
  private final long freshSeconds;
  private final CoordinatorStateDAO state;
  private final boolean assignsUnlessSaid;
  private final Deque<String> others = new ArrayDeque<>();

  Peers(LeaseManagementConfig leases, CoordinatorConfig coordinator) {
    var assignment = leases.workerUtilizationAwareAssignmentConfig();
    long reportMs = assignment.workerMetricsReporterFreqInMillis();
    this.rows =
        new WorkerMetricStatsDAO(
            leases.dynamoDBClient(), assignment.workerMetricsTableConfig(), reportMs);
    this.self = leases.workerIdentifier();
    this.freshSeconds = reportMs / 1000 + 5;
    this.state =
        new CoordinatorStateDAO(leases.dynamoDBClient(), coordinator.coordinatorStateTableConfig());
    this.assignsUnlessSaid =
        coordinator.clientVersionConfig() == ClientVersionConfig.CLIENT_VERSION_CONFIG_3X;
  }

  /**
   * Reads who is there, and takes this worker's own row away, so that no leader hands it another
   * lease: unless reports have stopped, the KCL soon writes the row again.
   */
  void refreshAndLeave() {
    try {
      List<WorkerMetricStats> all = rows.getAllWorkerMetricStats();
      long oldest = Instant.now().getEpochSecond() - freshSeconds;
      List<String> live =
          all.stream()
              .filter(row -> row.getLastUpdateTime() >= oldest)
              .map(WorkerMetricStats::getWorkerId)
              .filter(worker -> !self.equals(worker))
              .toList();
      all.stream().filter(row -> self.equals(row.getWorkerId())).forEach(rows::deleteMetrics);
      boolean areLookingForLeases = !live.isEmpty() && leasesAreAssigned();
      synchronized (others) {
        others.clear();
        others.addAll(areLookingForLeases ? live : List.of());
      }
    } catch (ResourceNotFoundException e) {
      LOG.debug("No worker has reported yet: {}", e.toString()); // stopped in its first start
    } catch (RuntimeException e) {
      LOG.info("The other workers could not be looked up: {}", e.toString());
    }
  }

  /**
   * Workers that take leases as KCL 2 did do not look for those that were assigned to them. Which
   * way it is says the row of the application's move to KCL 3, over what is configured.
   */
  private boolean leasesAreAssigned() {
    try {
      CoordinatorState row = state.getCoordinatorState(MigrationState.MIGRATION_HASH_KEY);
      return row instanceof MigrationState migration
          ? ASSIGNING.contains(migration.getClientVersion())
          : assignsUnlessSaid;
    } catch (DependencyException | InvalidStateException | ProvisionedThroughputException e) {
      LOG.info("How leases are shared could not be looked up: {}", e.toString());
      return assignsUnlessSaid;
    }
  }

  /** Another live worker, each in its turn, or null. */
  String next() {
    synchronized (others) {
      String peer = others.poll();
      if (peer != null) {
        others.add(peer);
      }
      return peer;
    }
  }
}
