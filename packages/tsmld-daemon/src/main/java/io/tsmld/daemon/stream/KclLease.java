package io.tsmld.daemon.stream;

import io.tsmld.daemon.session.ShardLease;
import software.amazon.kinesis.leases.ShardInfo;

/** A shard's lease as the KCL holds it. */
record KclLease(ShardInfo shard, LeaseReleaser releaser) implements ShardLease {
  @Override
  public String shardId() {
    return shard.shardId();
  }

  @Override
  public String leaseId() {
    return shard.concurrencyToken();
  }

  @Override
  public boolean held() {
    return releaser.held(ShardInfo.getLeaseKey(shard), shard.concurrencyToken());
  }

  @Override
  public void forget() {
    releaser.forget(ShardInfo.getLeaseKey(shard), shard.concurrencyToken());
  }

  @Override
  public boolean giveUp() {
    return releaser.giveUp(ShardInfo.getLeaseKey(shard), shard.concurrencyToken());
  }

  @Override
  public void handOver() {
    releaser.handOver(ShardInfo.getLeaseKey(shard), shard.concurrencyToken());
  }
}
