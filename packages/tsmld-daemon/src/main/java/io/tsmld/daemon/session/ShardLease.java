package io.tsmld.daemon.session;

/**
 * One holding of a shard's lease, as a session sees it: from when the KCL took it until it is lost.
 */
public interface ShardLease {
  String shardId();

  /** New each time that the KCL takes the lease. */
  String leaseId();

  /** Whether this worker holds it still, under the same identity; asks no network. */
  boolean held();

  /**
   * Makes a loss that Node was told final, asking no network: a lease that had expired is held again
   * once a late renewal succeeds, and the KCL would go on feeding a session that takes nothing more.
   */
  void forget();

  /**
   * Lets the lease go, so that any worker can take it up from its last checkpoint.
   *
   * @return false when it was lost already
   */
  boolean giveUp();

  /** Lets a drained shard's lease go to another worker, at once where one is known. */
  void handOver();
}
