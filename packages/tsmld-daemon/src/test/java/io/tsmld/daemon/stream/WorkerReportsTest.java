package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.coordinator.EmbeddedScheduler;
import software.amazon.kinesis.coordinator.Scheduler;

/** The KCL's own fields are looked at: a KCL that is built otherwise must not go unnoticed. */
class WorkerReportsTest {
  private final Clients clients = new Clients();
  private final ScheduledExecutorService threads = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void close() {
    threads.shutdownNow();
    clients.close();
  }

  @Test
  void aWorkerThatLeavesReportsNoMore() throws Exception {
    StreamSpec spec =
        new StreamSpec(
            "app",
            StreamSpec.Type.KINESIS,
            Map.of(
                "applicationName", "app",
                "streamName", "clicks",
                "workerId", "w1",
                "regionName", "eu-west-1",
                "metricsLevel", "NONE",
                "kinesisEndpoint", "http://127.0.0.1:1",
                "dynamoDBEndpoint", "http://127.0.0.1:1"),
            null,
            null,
            false);
    EmbeddedScheduler scheduler =
        new EmbeddedScheduler(
            KinesisPlan.make(spec, clients).parts(),
            shard -> null,
            shard -> {},
            (chore, why) -> {},
            false);
    Field initializer = Scheduler.class.getDeclaredField("migrationComponentsInitializer");
    initializer.setAccessible(true);
    Object components = initializer.get(scheduler);
    Field reports = components.getClass().getDeclaredField("workerMetricsReporterFuture");
    reports.setAccessible(true);
    ScheduledFuture<?> running =
        threads.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.HOURS);
    reports.set(components, running);

    scheduler.stopReporting();

    assertTrue(running.isCancelled());
    assertNull(reports.get(components));
  }
}
