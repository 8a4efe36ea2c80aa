package io.tsmld.bench;

import io.tsmld.daemon.session.ShardProcessor;

/** The embedded daemon's own way, with a lease that is always held. */
final class FramesFeed extends ProcessorFeed {
  FramesFeed(String shardId, Sessions sessions) {
    super(new ShardProcessor(new HeldLease(shardId), sessions), shardId);
  }
}
