package software.amazon.kinesis.coordinator;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private static final long LEAST_PATIENCE_MS = 1_000;

  private final FutureTask<Void> renewals;
  private final long patienceMs;
  private final ExecutorService asking =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "leader-ask");
            thread.setDaemon(true);
            return thread;
          });
  private Future<Boolean> asked;
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
    this.patienceMs = Math.max(heartbeatMs, LEAST_PATIENCE_MS);
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

  /**
   * Does not lead where the table does not say so soon: the scheduler asks between two looks at its
   * shards, which would wait with it.
   */
  @Override
  public Boolean isLeader(String worker) {
    if (leaves) {
      return false;
    }
    try {
      return ask(worker).get(patienceMs, TimeUnit.MILLISECONDS) && !leaves;
    } catch (TimeoutException | RejectedExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Of those who ask at a time one is answered, and all hear it. */
  private Future<Boolean> ask(String worker) {
    synchronized (asking) {
      if (asked == null || asked.isDone()) {
        asked = asking.submit(() -> asksTable(worker));
      }
      return asked;
    }
  }

  private boolean asksTable(String worker) {
    boolean leads = super.isLeader(worker);
    if (leads && renewals.isDone()) {
      releaseLeadershipIfHeld(); // acquired after the shutdown had looked
      return false;
    }
    return leads;
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
    asking.shutdown();
    super.shutdown();
  }
}
