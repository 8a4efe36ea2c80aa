package io.tsmld.daemon.stream;

import io.tsmld.daemon.session.ListenerRegistry;
import io.tsmld.daemon.session.SessionConfig;
import io.tsmld.daemon.session.ShardProcessor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.coordinator.EmbeddedScheduler;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;
import software.amazon.kinesis.leases.ShardInfo;

/**
 * One stream from its start to its end: a KCL scheduler on a thread of its own, and how it is
 * stopped.
 */
public final class StreamRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StreamRunner.class);

  private final StreamSpec spec;
  private final String token;
  private final ListenerRegistry listeners;
  private final StreamEvents events;
  private final Clients clients = new Clients();
  private final CountDownLatch finished = new CountDownLatch(1);

  private volatile EmbeddedScheduler scheduler;
  private volatile StreamSessions sessions;
  private volatile LeaseReleaser releaser;
  private volatile Peers peers;
  private volatile Throwable initializationFailure;
  private volatile StreamException choreEnded;
  private volatile boolean stopping;

  public StreamRunner(
      StreamSpec spec, String token, ListenerRegistry listeners, StreamEvents events) {
    this.spec = spec;
    this.token = token;
    this.listeners = listeners;
    this.events = events;
  }

  public String name() {
    return spec.name();
  }

  /** Whether its scheduler ended, by itself or after a stop. */
  public boolean finished() {
    return finished.getCount() == 0;
  }

  public void start() {
    Thread thread = new Thread(this::run, "stream-" + spec.name());
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Drains every shard and lets its lease go; blocks.
   *
   * @return whether all were drained before the deadline; what was not is abandoned, its leases
   *     released
   */
  public boolean drain(long deadlineMs) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
    stopping = true;
    if (scheduler == null || finished()) {
      return true;
    }
    sessions.stop();
    return new Drain(scheduler, sessions, releaser, peers).run(deadline);
  }

  /** Releases everything at once, without draining: Node is gone. */
  public void abandon(String reason) {
    stopping = true;
    if (scheduler == null || finished()) {
      return;
    }
    sessions.abandon(reason);
    scheduler.stopAssigning();
    scheduler.stopReporting();
    peers.refreshAndLeave();
    releaser.sweep();
    scheduler.stopLeading();
  }

  /**
   * Ends the scheduler after a drain; waits for its thread no longer than the KCL's own failover
   * time.
   */
  public void shutDown() throws InterruptedException {
    EmbeddedScheduler current = scheduler;
    if (current != null && !finished()) {
      current.shutdown();
      finished.await(current.failoverTimeMillis() + 1_000, TimeUnit.MILLISECONDS);
    }
    clients.close();
  }

  private void run() {
    try {
      StreamPlan plan = plan();
      plan.probe().run();
      if (stopping) {
        return; // the stream's next run may have begun: its leader's lock is not ours to free
      }
      if (spec.fastStart()) {
        FastStart.prepare(plan.parts());
      }
      LeaderLock.freeOwn(plan.parts());
      build(plan);
      if (!stopping) {
        scheduler.run();
      }
      failEnded();
    } catch (StreamException e) {
      fail(e.error(), e.getMessage());
    } catch (Throwable t) {
      StreamException noRegion = Failures.noRegion(t);
      if (noRegion != null) {
        fail(noRegion.error(), noRegion.getMessage());
        return;
      }
      LOG.error("The stream {} failed", name(), t);
      Throwable cause = rootCause(t);
      fail(cause.getClass().getSimpleName(), "The stream failed: " + cause.getMessage());
    } finally {
      finished.countDown();
    }
  }

  /**
   * The KCL's scheduler returns when it was told to, as after a chore of its has ended, and when it
   * could not be initialized.
   */
  private void failEnded() {
    Throwable why = initializationFailure;
    if (choreEnded != null) {
      fail(choreEnded.error(), choreEnded.getMessage());
    } else if (why == null) {
      fail("SchedulerEndedException", "The KCL's scheduler ended by itself");
    } else {
      Throwable cause = rootCause(why);
      fail(cause.getClass().getSimpleName(), "The KCL could not start: " + cause.getMessage());
    }
  }

  private void fail(String error, String message) {
    if (stopping) {
      return;
    }
    stopping = true;
    if (choreEnded == null) {
      letGo(message);
    }
    clients.close();
    finished.countDown(); // before Node hears of it, which may start the stream again at once
    events.failed(name(), error, message);
  }

  /** Nothing may renew the leases of a stream that nobody reads. */
  private void letGo(String why) {
    if (scheduler == null) {
      return;
    }
    try {
      sessions.abandon(why);
      scheduler.shutdown();
      releaser.sweep();
      peers.refreshAndLeave();
      scheduler.stopLeading(); // the KCL's shutdown forgets it where the start failed
    } catch (RuntimeException | Error e) { // Node must hear of it all the same
      LOG.warn("The failed stream {} could not be cleared away: {}", name(), e.toString());
    }
  }

  private StreamPlan plan() throws StreamException {
    return switch (spec.type()) {
      case KINESIS -> KinesisPlan.make(spec, clients);
      case DYNAMODB -> DynamoPlan.make(spec, clients);
    };
  }

  private void build(StreamPlan plan) {
    SchedulerParts parts = plan.parts();
    parts.coordinator().workerStateChangeListener(new StateListener());
    SessionConfig config =
        new SessionConfig(
            name(),
            plan.recordFormat(),
            token,
            plan.actionTimeoutMs(),
            SessionConfig.DEFAULT_LEASE_CHECK_MS);
    sessions =
        new StreamSessions(config, listeners, parts.leaseManagement().failoverTimeMillis(), events);
    peers = new Peers(parts.leaseManagement(), parts.coordinator());
    EmbeddedScheduler built =
        new EmbeddedScheduler(
            parts, this::processor, this::finishHandOver, this::choreEnded, spec.fastStart());
    releaser = new LeaseReleaser(built.leaseCoordinator(), peers::next);
    scheduler = built;
  }

  private ShardProcessor processor(ShardInfo shard) {
    return new ShardProcessor(new KclLease(shard, releaser), sessions);
  }

  private void finishHandOver(ShardInfo shard) {
    releaser.finishHandOver(ShardInfo.getLeaseKey(shard), shard.concurrencyToken());
  }

  /**
   * Called by the scheduler, which then returns once its consumers have ended: the clients of those
   * that still fetch take long to close.
   */
  private void choreEnded(String chore, Throwable why) {
    if (stopping || choreEnded != null) {
      return;
    }
    LOG.error("The KCL's {} ended in the stream {}", chore, name(), why);
    choreEnded = Failures.choreEnded(chore, why);
    letGo(choreEnded.getMessage());
  }

  private static Throwable rootCause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private final class StateListener implements WorkerStateChangeListener {
    @Override
    public void onWorkerStateChange(WorkerState state) {
      if (state == WorkerState.STARTED) {
        events.started(name());
      }
    }

    @Override
    public void onAllInitializationAttemptsFailed(Throwable thrown) {
      initializationFailure = thrown;
    }
  }
}
