package software.amazon.kinesis.coordinator;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import software.amazon.kinesis.leader.DynamoDBLockBasedLeaderDecider;
import software.amazon.kinesis.metrics.MetricsFactory;

/**
 * The KCL's leader decider, whose lock ends with it.
 *
 * <p>The KCL 3.1.3 gives the lock up at its shutdown, but never ends the thread that renews locks.
 * A worker that asks for the lock just then acquires it after that, and the thread renews it until
 * the JVM ends: in a JVM that other streams share, for as long as they run. Nobody assigns a lease
 * meanwhile. Mended upstream in 3.3.0.
 */
final class ClosingLeaderDecider extends DynamoDBLockBasedLeaderDecider {
  private final FutureTask<Void> renewals;
  private volatile boolean leaves;

  /**
   * @param locks without a thread of its own
   */
  ClosingLeaderDecider(
      CoordinatorStateDAO states,
      AmazonDynamoDBLockClient locks,
      long heartbeatMs,
      String worker,
      MetricsFactory metrics) {
    super(states, locks, heartbeatMs, worker, metrics);
    this.renewals = new FutureTask<>(locks, null);
  }

  @Override
  public void initialize() {
    super.initialize();
    Thread thread = new Thread(renewals, "leader-lock");
    thread.setDaemon(true);
    thread.start();
  }

  /** Done, and not cancelled, where the lock is renewed no more because of an {@link Error}. */
  Future<?> renewals() {
    return renewals;
  }

  @Override
  public synchronized Boolean isLeader(String worker) {
    if (leaves) {
      return false;
    }
    boolean leads = super.isLeader(worker);
    if (leads && renewals.isDone()) {
      releaseLeadershipIfHeld(); // acquired after the shutdown had looked
      return false;
    }
    return leads && !leaves;
  }

  /** Leads no more, without a word to the table, so that it takes no time; keeps the lock. */
  void stopAssigning() {
    leaves = true;
  }

  /** Does not wait for whoever asks meanwhile: with a table that is away that takes minutes. */
  @Override
  public void shutdown() {
    leaves = true;
    renewals.cancel(true);
    super.shutdown();
  }
}
