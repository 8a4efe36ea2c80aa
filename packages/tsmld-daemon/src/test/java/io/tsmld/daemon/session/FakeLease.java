package io.tsmld.daemon.session;

/** A lease that a test holds and takes away. */
final class FakeLease implements ShardLease {
  volatile boolean held = true;
  volatile boolean handedOver;
  volatile boolean givenUp;
  volatile boolean forgotten;

  @Override
  public String shardId() {
    return "shardId-000000000007";
  }

  @Override
  public String leaseId() {
    return "lease-1";
  }

  @Override
  public boolean held() {
    return held;
  }

  @Override
  public void forget() {
    forgotten = true;
    held = false;
  }

  @Override
  public boolean giveUp() {
    givenUp = true;
    boolean was = held;
    held = false;
    return was;
  }

  @Override
  public void handOver() {
    handedOver = true;
    held = false;
  }
}
