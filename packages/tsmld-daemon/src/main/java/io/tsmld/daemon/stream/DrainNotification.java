package io.tsmld.daemon.stream;

import software.amazon.kinesis.lifecycle.ShutdownNotification;

/**
 * What the KCL calls when a shard answered shutdownRequested. The KCL's own only forgets the lease,
 * whose row then keeps its owner until it expires, and waits for the slowest shard before anything
 * ends; ours lets each go on its own.
 */
record DrainNotification(Runnable handOver) implements ShutdownNotification {
  @Override
  public void shutdownNotificationComplete() {
    handOver.run();
  }

  @Override
  public void shutdownComplete() {
    // The session's own end is what is waited for.
  }
}
