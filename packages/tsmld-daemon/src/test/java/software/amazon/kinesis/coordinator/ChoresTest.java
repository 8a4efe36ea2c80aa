package software.amazon.kinesis.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClientOptions;
import io.tsmld.daemon.stream.SchedulerParts;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** The KCL's own fields are looked at: a KCL that is built otherwise must not go unnoticed. */
@Timeout(20)
class ChoresTest {
  private static final Error BROKEN = new NoClassDefFoundError("a/b/C");

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(1);
  private final List<String> ended = new ArrayList<>();
  private final KinesisAsyncClient kinesis = nowhere(KinesisAsyncClient.builder());
  private final DynamoDbAsyncClient dynamodb = nowhere(DynamoDbAsyncClient.builder());
  private final EmbeddedScheduler scheduler =
      new EmbeddedScheduler(
          parts(),
          shard -> null,
          shard -> {},
          (chore, why) -> ended.add(chore + ": " + why.getMessage()),
          false);

  @AfterEach
  void end() {
    scheduler.stopLeading();
    threads.shutdownNow();
    kinesis.close();
    dynamodb.close();
  }

  @Test
  void theAssignmentOfTheKclEndsByAnErrorAndIsTold() throws Exception {
    LeaseAssignmentManager assignment =
        new LeaseAssignmentManager(
            null,
            null,
            fake(LeaderDecider.class),
            null,
            "me",
            1L,
            new NullMetricsFactory(),
            threads,
            null,
            1,
            null,
            1);
    set(components(), "leaseAssignmentManager", assignment);
    scheduler.runProcessLoop();
    assertEquals(List.of(), ended);

    assignment.start();
    await((Future<?>) get(assignment, "managerFuture"));
    scheduler.runProcessLoop();
    assertEquals(List.of("assignment of leases: a/b/C"), ended);
  }

  @Test
  void theDiscoveryIsTold() throws Exception {
    set(get(scheduler, Scheduler.class, "leaseCoordinator"), "leaseDiscoveryFuture", broken());
    scheduler.runProcessLoop();
    assertEquals(List.of("discovery of assigned leases: a/b/C"), ended);
  }

  @Test
  void theReportAndTheMeasuringOfLoadAreTold() throws Exception {
    set(components(), "workerMetricsReporterFuture", broken());
    scheduler.runProcessLoop();
    set(components(), "workerMetricsReporterFuture", null);
    set(get(components(), "workerMetricsManager"), "managerProcessFuture", broken());
    scheduler.runProcessLoop();
    assertEquals(
        List.of("report of this worker: a/b/C", "measuring of this worker's load: a/b/C"), ended);
  }

  @Test
  void whatWasToldToEndIsNot() throws Exception {
    Future<?> report = threads.scheduleAtFixedRate(() -> {}, 0, 1, TimeUnit.HOURS);
    set(components(), "workerMetricsReporterFuture", report);
    report.cancel(false);
    scheduler.runProcessLoop();
    assertEquals(List.of(), ended);
  }

  @Test
  void theRenewalOfTheLeadersLockIsToldUnlessItWasShutDown() throws Exception {
    ClosingLeaderDecider decider =
        new ClosingLeaderDecider(null, brokenLocks(), 10, "me", new NullMetricsFactory());
    Chores chores = new Chores(scheduler, List.of(decider));
    decider.initialize();
    await(decider.renewals());
    chores.look((chore, why) -> ended.add(chore + ": " + why.getMessage()));
    assertEquals(List.of("renewal of the leader's lock: a/b/C"), ended);
  }

  @Test
  void aDeciderOfTheSchedulersIsWatchedAndShutDownThoughItsStartFailed() throws Exception {
    var creator =
        (Supplier<?>) get(components(), "ddbLockBasedLeaderDeciderCreator");
    ClosingLeaderDecider decider = (ClosingLeaderDecider) creator.get();
    decider.initialize();
    scheduler.stopLeading();
    assertTrue(decider.renewals().isCancelled());
  }

  private Object components() throws Exception {
    return get(scheduler, Scheduler.class, "migrationComponentsInitializer");
  }

  private Future<?> broken() throws Exception {
    Future<?> chore =
        threads.scheduleAtFixedRate(
            () -> {
              throw BROKEN;
            },
            0,
            1,
            TimeUnit.HOURS);
    await(chore);
    return chore;
  }

  private static AmazonDynamoDBLockClient brokenLocks() {
    return new AmazonDynamoDBLockClient(
        AmazonDynamoDBLockClientOptions.builder(new FakeLockTable().client, "t")
            .withCreateHeartbeatBackgroundThread(false)
            .build()) {
      @Override
      public void run() {
        throw BROKEN;
      }
    };
  }

  private SchedulerParts parts() {
    ConfigsBuilder configs =
        new ConfigsBuilder(
            "clicks",
            "app",
            kinesis,
            dynamodb,
            fake(CloudWatchAsyncClient.class),
            "me",
            () -> null);
    return new SchedulerParts(
        configs.checkpointConfig(),
        configs.coordinatorConfig().shardConsumerDispatchPollIntervalMillis(1),
        configs.leaseManagementConfig(),
        configs.lifecycleConfig(),
        configs.metricsConfig().metricsFactory(new NullMetricsFactory()),
        configs.processorConfig(),
        configs.retrievalConfig().retrievalSpecificConfig(new PollingConfig("clicks", kinesis)));
  }

  private static <C, B extends AwsClientBuilder<B, C>> C nowhere(B client) {
    return client
        .region(Region.EU_WEST_1)
        .credentialsProvider(AnonymousCredentialsProvider.create())
        .endpointOverride(URI.create("http://127.0.0.1:1"))
        .build();
  }

  /** Whatever is asked of it is an error. */
  private static <T> T fake(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            ChoresTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw BROKEN;
            }));
  }

  private static void await(Future<?> chore) throws InterruptedException {
    while (!chore.isDone()) {
      Thread.sleep(10);
    }
  }

  private static Object get(Object of, String name) throws Exception {
    return get(of, of.getClass(), name);
  }

  private static Object get(Object of, Class<?> type, String name) throws Exception {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  private static void set(Object of, String name, Object value) throws Exception {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    field.set(of, value);
  }
}
