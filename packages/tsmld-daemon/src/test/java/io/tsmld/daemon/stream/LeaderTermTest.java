package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.coordinator.EmbeddedScheduler;
import software.amazon.kinesis.coordinator.LeaderTerm;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leader.DynamoDBLockBasedLeaderDecider;

/** The KCL's own fields are looked at: a KCL that is built otherwise must not go unnoticed. */
class LeaderTermTest {
  private final Clients clients = new Clients();

  @AfterEach
  void close() {
    clients.close();
  }

  @Test
  void aTermFollowsTheFailoverTimeButIsNeverTooShortForASlowTable() {
    assertEquals(new LeaderTerm(30_000, 10_000), LeaderTerm.of(30_000));
    assertEquals(new LeaderTerm(3_000, 1_000), LeaderTerm.of(1_000));
  }

  @Test
  void aSchedulerElectsItsLeaderForThatTerm() throws Exception {
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
                "dynamoDBEndpoint", "http://127.0.0.1:1",
                "failoverTimeMillis", "12000"),
            null,
            null,
            false);
    StreamPlan plan = KinesisPlan.make(spec, clients);
    EmbeddedScheduler scheduler =
        new EmbeddedScheduler(
            plan.parts(), shard -> null, shard -> {}, (chore, why) -> {}, false);
    Object initializer = field(Scheduler.class, "migrationComponentsInitializer", scheduler);
    Supplier<?> creator =
        (Supplier<?>)
            field(initializer.getClass(), "ddbLockBasedLeaderDeciderCreator", initializer);
    Object decider = creator.get();
    Class<?> type = DynamoDBLockBasedLeaderDecider.class;
    AmazonDynamoDBLockClient locks =
        (AmazonDynamoDBLockClient) field(type, "dynamoDBLockClient", decider);
    assertEquals(4_000L, field(type, "heartbeatPeriodMillis", decider));
    assertEquals(12_000L, field(locks.getClass(), "leaseDurationInMilliseconds", locks));
  }

  private static Object field(Class<?> type, String name, Object of) throws Exception {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }
}
