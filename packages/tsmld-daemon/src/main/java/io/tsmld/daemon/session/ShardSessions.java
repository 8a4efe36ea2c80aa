package io.tsmld.daemon.session;

import java.util.function.Consumer;

/** What a shard's processor needs from its stream. */
public interface ShardSessions {
  /** True once the stream stops: a processor that is initialized from then on is inert. */
  boolean stopping();

  /** How long after a lease was given up a batch for it means that it must be given up again. */
  long giveUpAgainAfterMs();

  /** Makes a session, which is not connected yet. */
  Session open(ShardLease lease, Consumer<String> onFailure);

  /**
   * Counts the processor's session as undrained until {@link #closed}.
   *
   * @return false once the stream stops: the processor must be inert then
   */
  boolean opened(ShardProcessor processor);

  void closed(ShardProcessor processor);

  /** Gives the lease up on another thread, and reports it. */
  void giveUp(ShardLease lease, String reason);

  /** Lets the lease of an inert or drained shard go, on another thread. */
  void handOver(ShardLease lease);
}
