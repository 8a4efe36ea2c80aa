package io.tsmld.daemon.stream;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.coordinator.EmbeddedScheduler;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.lifecycle.ShardConsumer;

/**
 * Stops a stream's shards as the KCL's graceful shutdown does, with three differences: each shard's
 * lease goes to another worker as soon as it is drained, one that hangs holds nothing up, and this
 * worker stops leading, so that it hands no lease to itself.
 */
record Drain(
    EmbeddedScheduler scheduler, StreamSessions sessions, LeaseReleaser releaser, Peers peers) {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  /** Leases are let go even when the tables are slow to say who else is there, or who leads. */
  private static final long PEERS_WAIT_MS = 1_000;

  /** What may be spent on letting leases go past the deadline. */
  private static final long RELEASE_MS = 2_000;

  /**
   * Blocks; whether every session ended before the deadline. What did not is abandoned, its lease
   * released.
   */
  boolean run(long deadlineNanos) throws InterruptedException {
    scheduler.leaseCoordinator().stopLeaseTaker(); // nothing is found again that is let go
    scheduler.stopAssigning();
    scheduler.stopReporting();
    CompletableFuture<Void> peersKnown =
        CompletableFuture.runAsync(peers::refreshAndLeave, Background.THREADS);
    CompletableFuture<Void> left =
        peersKnown
            .copy()
            .completeOnTimeout(null, PEERS_WAIT_MS, TimeUnit.MILLISECONDS)
            .thenRunAsync(scheduler::stopLeading, Background.THREADS);
    requestShutdowns(peersKnown);
    boolean drained = sessions.awaitDrained(deadlineNanos);
    if (!drained) {
      LOG.warn("Still not drained at the stop's deadline: {}", sessions.undrained());
      sessions.abandon("the stop's deadline passed");
    }
    await(peersKnown, PEERS_WAIT_MS);
    long leftMs = (deadlineNanos - System.nanoTime()) / 1_000_000;
    await(
        CompletableFuture.runAsync(releaser::sweep, Background.THREADS),
        drained ? leftMs : RELEASE_MS);
    await(
        CompletableFuture.runAsync(peers::refreshAndLeave, Background.THREADS), PEERS_WAIT_MS);
    await(left, PEERS_WAIT_MS);
    return drained;
  }

  private void requestShutdowns(CompletableFuture<Void> peersKnown) {
    for (Map.Entry<ShardInfo, ShardConsumer> entry :
        scheduler.shardInfoShardConsumerMap().entrySet()) {
      KclLease lease = new KclLease(entry.getKey(), releaser);
      ShardConsumer consumer = entry.getValue();
      if (!consumer.isShutdown()) {
        consumer.gracefulShutdown(
            new DrainNotification(
                () -> {
                  await(peersKnown, PEERS_WAIT_MS);
                  sessions.handOver(lease);
                }));
      }
    }
  }

  private static void await(CompletableFuture<Void> work, long waitMs) {
    try {
      work.get(waitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.info("Stopping goes on though the lease table is slow or down: {}", e.toString());
    }
  }
}
