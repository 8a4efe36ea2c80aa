package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.kinesis.coordinator.LeaderDecider;
import software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.worker.metricstats.WorkerMetricStats;
import software.amazon.kinesis.worker.metricstats.WorkerMetricStatsDAO;

/** The KCL's own leader, over the guarded lease table. */
class KclLeaderTest {
  private static final long LEASE_MS = 10_000;
  private static final long REPORT_MS = 5_000;

  private final FakeLeaseTable table = new FakeLeaseTable();
  private final DynamoDbAsyncClient client =
      DynamoDbAsyncClient.builder().region(Region.EU_WEST_1).build();
  private final List<Runnable> runs = new ArrayList<>();

  /** Each worker's row, and how many seconds ago it was written by the leader's clock. */
  private final Map<String, Long> reports = new HashMap<>();

  private long nowMs = 1_000;

  @BeforeEach
  void lead() {
    LeaseRefresher guarded =
        HandOverGuard.around(table.refresher, "me", LEASE_MS, () -> nowMs * 1_000_000);
    LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig config =
        new LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig()
            .workerMetricsReporterFreqInMillis(REPORT_MS)
            .varianceBalancingFrequency(1_000); // the first run alone balances
    new LeaseAssignmentManager(
            guarded,
            new Reports(client, config),
            leader(),
            config,
            "me",
            LEASE_MS,
            new NullMetricsFactory(),
            onceToldTo(),
            () -> nowMs * 1_000_000,
            Integer.MAX_VALUE,
            LeaseManagementConfig.GracefulLeaseHandoffConfig.builder().build(),
            1_000)
        .start();
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void takesNoLeaseFromItsHolderForTheTimeThatAHandOverTookOnASlowTable() {
    reports.putAll(Map.of("me", 0L, "other", 0L));
    table.add("handed over");
    Lease stale = table.rows.get("handed over");
    stale.leaseOwner("other");
    stale.checkpointOwner("me");
    table.add("alive");
    Lease alive = table.rows.get("alive");
    alive.leaseOwner("third");
    assign();
    pass(LEASE_MS, alive);
    assign();
    table.whileTaking = () -> pass(LEASE_MS + 1, alive);
    nowMs += 1;
    assign();
    assertEquals(List.of("take handed over to other"), table.done);

    table.whileTaking = () -> {};
    nowMs += LEASE_MS + 1;
    assign();
    assertTrue(
        table.done.stream().anyMatch(what -> what.startsWith("assign alive to ")),
        "a lease that did expire is assigned");
  }

  /** So a clock that is behind by more than two reports has a worker stand idle: options.md. */
  @Test
  void givesNothingToAWorkerWhoseRowIsOlderThanTwoReportsByTheLeadersClock() {
    table.add("free");
    table.rows.get("free").leaseOwner(null);
    reports.put("behind", 2 * REPORT_MS / 1_000 + 2);
    assign();
    assertEquals(List.of(), table.done);
    reports.put("behind", 2 * REPORT_MS / 1_000 - 2);
    assign();
    assertEquals(List.of("assign free to behind"), table.done);
  }

  private void assign() {
    runs.get(0).run();
  }

  private void pass(long ms, Lease renewed) {
    nowMs += ms;
    renewed.leaseCounter(renewed.leaseCounter() + 1);
  }

  private static LeaderDecider leader() {
    return new LeaderDecider() {
      @Override
      public Boolean isLeader(String worker) {
        return true;
      }

      @Override
      public void shutdown() {}
    };
  }

  private ScheduledExecutorService onceToldTo() {
    return (ScheduledExecutorService)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ScheduledExecutorService.class},
            (proxy, method, arguments) -> {
              runs.add((Runnable) arguments[0]);
              return null;
            });
  }

  private final class Reports extends WorkerMetricStatsDAO {
    Reports(
        DynamoDbAsyncClient client,
        LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig config) {
      super(
          client,
          new LeaseManagementConfig.WorkerMetricsTableConfig("app"),
          config.workerMetricsReporterFreqInMillis());
    }

    @Override
    public List<WorkerMetricStats> getAllWorkerMetricStats() {
      return reports.entrySet().stream()
          .map(
              row ->
                  WorkerMetricStats.builder()
                      .workerId(row.getKey())
                      .lastUpdateTime(Instant.now().getEpochSecond() - row.getValue())
                      .metricStats(Map.of())
                      .operatingRange(Map.of())
                      .build())
          .toList();
    }
  }
}
