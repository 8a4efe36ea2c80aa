package io.tsmld.daemon.session;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/**
 * The KCL's side of one session.
 *
 * <p>No exception leaves it: the KCL would skip the batch and go on. When its session fails it
 * gives the lease up and swallows whatever still comes, without a checkpoint, until the KCL takes
 * it away: so nothing is lost, and the records come again from the last checkpoint. A processor
 * that is initialized while the stream stops is inert in the same way: KCL 3.1.3 goes on
 * discovering leases that it just dropped.
 */
public final class ShardProcessor implements ShardRecordProcessor {
  private static final Logger LOG = LoggerFactory.getLogger(ShardProcessor.class);

  private final ShardLease lease;
  private final ShardSessions sessions;

  /** Null before initialize, and for an inert processor. */
  private volatile Session session;

  private volatile boolean swallowing;
  private volatile boolean shardEndSeen;
  private volatile long givenUpAtNanos;

  public ShardProcessor(ShardLease lease, ShardSessions sessions) {
    this.lease = lease;
    this.sessions = sessions;
  }

  public ShardLease lease() {
    return lease;
  }

  /** Ends the session at once, without draining; Node's handler may still be running. */
  public void abandon(String reason) {
    Session current = session;
    if (current != null) {
      current.fail(reason);
    }
  }

  @Override
  public void initialize(InitializationInput input) {
    guard(
        "initialize",
        () -> {
          if (session != null || swallowing) {
            return;
          }
          Session opening = sessions.open(lease, this::failed);
          session = opening; // before it counts as live: from then on it may be abandoned
          if (!lease.held() || !sessions.opened(this)) {
            session = null;
            beInert();
            return;
          }
          opening.initialize(input.extendedSequenceNumber());
        });
  }

  @Override
  public void processRecords(ProcessRecordsInput input) {
    if (swallowing) {
      giveUpAgain();
      return;
    }
    guard(
        "processRecords",
        () ->
            session.processRecords(
                input.records(),
                input.millisBehindLatest(),
                input.isAtShardEnd(),
                input.checkpointer()));
  }

  @Override
  public void shutdownRequested(ShutdownRequestedInput input) {
    if (!swallowing && session != null) {
      guard("shutdownRequested", () -> session.shutdownRequested(input.checkpointer()));
    }
  }

  @Override
  public void shardEnded(ShardEndedInput input) {
    // The KCL asks again when it found no checkpoint of the end; by then the lease is another
    // holding.
    if (swallowing || shardEndSeen) {
      return;
    }
    shardEndSeen = true;
    guard(
        "shardEnded",
        () -> {
          session.shardEnded(input.checkpointer());
          sessions.closed(this);
        });
  }

  @Override
  public void leaseLost(LeaseLostInput input) {
    if (!swallowing && session != null) {
      guard("leaseLost", session::leaseLost);
    }
    sessions.closed(this);
  }

  private void beInert() {
    swallow();
    LOG.info(
        "The lease of {} came while its stream stops or is lost already; it is left alone",
        lease.shardId());
    if (sessions.stopping()) {
      sessions.handOver(lease);
    }
  }

  /** Called once by the session, on any thread. */
  private void failed(String reason) {
    swallow();
    sessions.closed(this);
    sessions.giveUp(lease, reason);
  }

  private void swallow() {
    givenUpAtNanos = System.nanoTime(); // first: a batch may come on another thread
    swallowing = true;
  }

  private void giveUpAgain() {
    long sinceMs = (System.nanoTime() - givenUpAtNanos) / 1_000_000;
    if (sinceMs > sessions.giveUpAgainAfterMs()) {
      givenUpAtNanos = System.nanoTime();
      sessions.giveUp(lease, "it was still being fed " + sinceMs + " ms after it was given up");
    }
  }

  private void guard(String action, Step step) {
    try {
      step.run();
    } catch (SessionFailure e) {
      // The session has told its end to failed() already.
      LOG.debug("{} of {} ended with its session: {}", action, lease.shardId(), e.getMessage());
    } catch (Throwable t) {
      LOG.error("{} of {} failed", action, lease.shardId(), t);
      Session current = session;
      if (current == null) {
        failed(t.toString());
      } else {
        current.fail("the daemon failed at " + action + ": " + t);
      }
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws SessionFailure;
  }
}
