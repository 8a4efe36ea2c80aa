package io.tsmld.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** All shards of one case. */
final class Shards {
  /** How many bytes of records are made beforehand, about. */
  private static final long PREBUILT_BYTES = 64L << 20;

  private static final int MOST_BATCHES = 4;

  private final List<ShardLoop> loops = new ArrayList<>();

  Shards(Case theCase, Reports reports) throws IOException {
    long batchBytes = (long) theCase.batchRecords() * theCase.recordBytes();
    int fitting = (int) (PREBUILT_BYTES / batchBytes);
    int each = Math.max(1, Math.min(MOST_BATCHES, fitting / theCase.shards()));
    // Where not even one a shard fits, shards share them: nobody compares two shards' records.
    int all = Math.max(1, Math.min(fitting, each * theCase.shards()));
    List<List<KinesisClientRecord>> batches = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      batches.add(theCase.records().batch(i, theCase.batchRecords(), theCase.recordBytes()));
    }
    FeedKind.Feeds feeds = theCase.feed().feeds(theCase, reports);
    for (int shard = 0; shard < theCase.shards(); shard++) {
      int first = shard * each % all;
      List<List<KinesisClientRecord>> own = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        own.add(batches.get((first + i) % all));
      }
      String shardId = String.format("shardId-%012d", shard);
      loops.add(new ShardLoop(shardId, feeds.open(shardId, own.get(0)), own, reports));
    }
  }

  List<ShardLoop> loops() {
    return loops;
  }

  /** Begins every shard, then lets all of them run. */
  void start() throws InterruptedException {
    loops.forEach(ShardLoop::start);
    for (ShardLoop loop : loops) {
      loop.awaitBegun();
    }
    loops.forEach(ShardLoop::go);
  }

  /** Ends every shard after its present batch, and tells how much they delivered in all. */
  Map<String, ?> end() throws InterruptedException {
    loops.forEach(ShardLoop::stop);
    long records = 0;
    long bytes = 0;
    for (ShardLoop loop : loops) {
      loop.join();
      records += loop.delivered();
      bytes += loop.deliveredBytes();
    }
    return Map.of("type", "ended", "records", records, "bytes", bytes);
  }
}
