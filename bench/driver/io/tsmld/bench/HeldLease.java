package io.tsmld.bench;

import io.tsmld.daemon.session.ShardLease;
import java.util.UUID;

/** A lease that nobody takes away. */
final class HeldLease implements ShardLease {
  private final String shardId;
  private final String leaseId = UUID.randomUUID().toString();

  HeldLease(String shardId) {
    this.shardId = shardId;
  }

  @Override
  public String shardId() {
    return shardId;
  }

  @Override
  public String leaseId() {
    return leaseId;
  }

  @Override
  public boolean held() {
    return true;
  }

  @Override
  public void forget() {}

  @Override
  public boolean giveUp() {
    return true;
  }

  @Override
  public void handOver() {}
}
