package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
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

/** The KCL's own leader over the guarded table, which takes its time for every write. */
class LeaderOnASlowTableTest {
  private static final long LEASE_MS = 10_000;

  private final FakeLeaseTable table = new FakeLeaseTable();
  private final DynamoDbAsyncClient client =
      DynamoDbAsyncClient.builder().region(Region.EU_WEST_1).build();
  private final List<Runnable> runs = new ArrayList<>();
  private long nowMs = 1_000;

  @BeforeEach
  void lead() {
    LeaseRefresher guarded =
        HandOverGuard.around(table.refresher, "me", LEASE_MS, () -> nowMs * 1_000_000);
    LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig config =
        new LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig()
            .varianceBalancingFrequency(1_000); // the first run alone balances
    new LeaseAssignmentManager(
            guarded,
            new Workers(client, config, "me", "other"),
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
  void takesNoLeaseFromItsHolderForTheTimeThatAHandOverTook() {
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

  /** Live workers, as their rows would show them. */
  private static final class Workers extends WorkerMetricStatsDAO {
    private final List<String> ids;

    Workers(
        DynamoDbAsyncClient client,
        LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig config,
        String... ids) {
      super(client, new LeaseManagementConfig.WorkerMetricsTableConfig("app"), 30_000L);
      this.ids = List.of(ids);
    }

    @Override
    public List<WorkerMetricStats> getAllWorkerMetricStats() {
      return ids.stream()
          .map(
              id ->
                  WorkerMetricStats.builder()
                      .workerId(id)
                      .lastUpdateTime(Instant.now().getEpochSecond())
                      .metricStats(Map.of())
                      .operatingRange(Map.of())
                      .build())
          .toList();
    }
  }
}
