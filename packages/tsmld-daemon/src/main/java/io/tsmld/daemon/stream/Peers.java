package io.tsmld.daemon.stream;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.worker.metricstats.WorkerMetricStats;
import software.amazon.kinesis.worker.metricstats.WorkerMetricStatsDAO;

/**
 * The other workers of an application, as the table {@code APP-WorkerMetricStats} shows them: its
 * rows are what the KCL's leader assigns leases by.
 *
 * <p>A worker that is not the leader looks only every 30 s whether it can become it, so a lease
 * that a leaving leader merely evicts can lie unassigned for that long; assigned to a peer it is
 * found within half an assignment interval.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  private final WorkerMetricStatsDAO rows;
  private final String self;
  private final long freshSeconds;
  private final boolean assigned;
  private final Deque<String> others = new ArrayDeque<>();

  Peers(LeaseManagementConfig leases, CoordinatorConfig coordinator) {
    var assignment = leases.workerUtilizationAwareAssignmentConfig();
    long reportMs = assignment.workerMetricsReporterFreqInMillis();
    this.rows =
        new WorkerMetricStatsDAO(
            leases.dynamoDBClient(), assignment.workerMetricsTableConfig(), reportMs);
    this.self = leases.workerIdentifier();
    this.freshSeconds = reportMs / 1000 + 5;
    // Workers that take leases as KCL 2 did do not look for those that were assigned to them.
    this.assigned =
        coordinator.clientVersionConfig() == ClientVersionConfig.CLIENT_VERSION_CONFIG_3X;
  }

  /**
   * Reads who is there, and takes this worker's own row away, so that no leader hands it another
   * lease. The KCL writes the row again every 30 s.
   */
  void refreshAndLeave() {
    try {
      List<WorkerMetricStats> all = rows.getAllWorkerMetricStats();
      long oldest = Instant.now().getEpochSecond() - freshSeconds;
      synchronized (others) {
        others.clear();
        all.stream()
            .filter(
                row ->
                    assigned
                        && !self.equals(row.getWorkerId())
                        && row.getLastUpdateTime() >= oldest)
            .forEach(row -> others.add(row.getWorkerId()));
      }
      all.stream().filter(row -> self.equals(row.getWorkerId())).forEach(rows::deleteMetrics);
    } catch (RuntimeException e) {
      LOG.info("The other workers could not be looked up: {}", e.toString());
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
