package io.tsmld.daemon.stream;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.lifecycle.ShardConsumer;

/**
 * Asks every shard to stop, as the KCL's graceful shutdown does, with three differences: each shard's lease goes to another worker as soon
 * as it is drained, one that hangs holds nothing up, and this worker stops leading, so that it hands no lease to itself.
 */
record Drain(Scheduler scheduler, StreamSessions sessions, LeaseReleaser releaser, Peers peers) {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  void requestShutdowns() {
    peers.refreshAndLeave();
    for (Map.Entry<ShardInfo, ShardConsumer> entry : scheduler.shardInfoShardConsumerMap().entrySet()) {
      ShardInfo shard = entry.getKey();
      ShardConsumer consumer = entry.getValue();
      if (!consumer.isShutdown()) {
        LOG.debug("Asking {} to stop", shard.shardId());
        consumer.gracefulShutdown(
            new DrainNotification(() -> sessions.handOver(new KclLease(shard, releaser))));
      }
    }
    releaser.leaveLeadership();
  }
}
