package io.tsmld.daemon.stream;

import software.amazon.kinesis.coordinator.LeaderDecider;
import software.amazon.kinesis.coordinator.Scheduler;

/** The KCL's leader assigns the leases of all workers; it is whoever holds a lock. */
final class Leadership {
  private Leadership() {}

  /**
   * Stops leading, so that this worker hands no lease to itself, and lets another lead at once
   * instead of when the lock expires.
   */
  static void leave(Scheduler scheduler) {
    LeaderDecider decider = scheduler.leaderDecider();
    if (decider != null) {
      decider.shutdown();
    }
  }
}
