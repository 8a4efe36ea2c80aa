package io.tsmld.bench;

import java.io.IOException;
import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Ways for the batches of a case to go. */
enum FeedKind {
  /** The production record processor, through its own connector. */
  FRAMES {
    @Override
    Feeds feeds(Case theCase, Reports reports) {
      Sessions sessions = new Sessions(theCase, reports);
      return (shardId, sample) -> new FramesFeed(shardId, sessions);
    }
  },
  /** The MultiLangDaemon's record processor, with a child process a shard. */
  STOCK {
    @Override
    Feeds feeds(Case theCase, Reports reports) {
      return (shardId, sample) ->
          new StockFeed(shardId, theCase.executable(), theCase.endsByShutdown());
    }
  },
  /** As many bytes as FRAMES would write, made beforehand. */
  RAW {
    @Override
    Feeds feeds(Case theCase, Reports reports) {
      return (shardId, sample) -> new RawFeed(theCase.listeners().get(0).address(), sample);
    }
  };

  abstract Feeds feeds(Case theCase, Reports reports);

  /** Makes the feed of each shard. */
  interface Feeds {
    /**
     * @param sample one of the batches to come
     */
    Feed open(String shardId, List<KinesisClientRecord> sample) throws IOException;
  }
}
