package software.amazon.kinesis.coordinator;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import io.tsmld.daemon.stream.SchedulerParts;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leader.DynamoDBLockBasedLeaderDecider;

/**
 * How long a leader's lock lasts without a renewal, and how often it is renewed and looked at.
 *
 * <p>The KCL's leader assigns every lease; while there is none no shard moves. The KCL 3.1.3 knows
 * one term only, two minutes, counted anew by each worker from when it first sees the lock: after
 * the leader's machine died, workers that start again within two minutes go on without a leader.
 * Later versions have options for both (dynamoDbLockBasedLeaderLeaseDurationInMillis and
 * …HeartbeatPeriodInMillis); here they follow the failover time.
 */
public record LeaderTerm(long durationMs, long heartbeatMs) {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderTerm.class);
  private static final long LEAST_MS = 3_000;

  /** As long as a lease lasts, but long enough for a slow table. */
  public static LeaderTerm of(long failoverTimeMs) {
    long durationMs = Math.max(failoverTimeMs, LEAST_MS);
    return new LeaderTerm(durationMs, durationMs / 3);
  }

  /**
   * Has the scheduler, which has not begun yet, elect its leader for this term.
   *
   * @param made is given each decider; a scheduler forgets its own where its start fails
   */
  boolean apply(Scheduler scheduler, SchedulerParts parts, Consumer<ClosingLeaderDecider> made) {
    try {
      new MigrationComponents(scheduler).electLeadersBy(creatorFor(scheduler, parts, made));
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn(
          "The leader's lock lasts for two minutes: this KCL is built otherwise: {}", e.toString());
      return false;
    }
  }

  private Supplier<DynamoDBLockBasedLeaderDecider> creatorFor(
      Scheduler scheduler, SchedulerParts parts, Consumer<ClosingLeaderDecider> made) {
    return () -> {
      String worker = parts.leaseManagement().workerIdentifier();
      CoordinatorStateDAO states =
          new CoordinatorStateDAO(
              parts.leaseManagement().dynamoDBClient(),
              parts.coordinator().coordinatorStateTableConfig());
      AmazonDynamoDBLockClient locks =
          new AmazonDynamoDBLockClient(
              states
                  .getDDBLockClientOptionsBuilder()
                  .withTimeUnit(TimeUnit.MILLISECONDS)
                  .withLeaseDuration(durationMs)
                  .withHeartbeatPeriod(heartbeatMs)
                  .withCreateHeartbeatBackgroundThread(false)
                  .withOwnerName(worker)
                  .build());
      ClosingLeaderDecider decider =
          new ClosingLeaderDecider(
              states, locks, heartbeatMs, worker, scheduler.metricsFactory());
      made.accept(decider);
      return decider;
    };
  }
}
