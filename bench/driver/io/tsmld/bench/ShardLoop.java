package io.tsmld.bench;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * The thread of one shard: hands one batch on after another, and notes when each began and ended.
 */
final class ShardLoop {
  private final Feed feed;
  private final List<List<KinesisClientRecord>> batches;
  private final Reports reports;
  private final Thread thread;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final BatchLog log = new BatchLog();
  private volatile boolean stopping;
  private long delivered;
  private long deliveredBytes;

  ShardLoop(String name, Feed feed, List<List<KinesisClientRecord>> batches, Reports reports) {
    this.feed = feed;
    this.batches = batches;
    this.reports = reports;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void awaitBegun() throws InterruptedException {
    begun.await();
  }

  void go() {
    go.countDown();
  }

  void stop() {
    stopping = true;
  }

  void join() throws InterruptedException {
    thread.join();
  }

  BatchLog log() {
    return log;
  }

  /** To be asked after the end. */
  long delivered() {
    return delivered;
  }

  long deliveredBytes() {
    return deliveredBytes;
  }

  int batchRecords() {
    return batches.get(0).size();
  }

  private void run() {
    try {
      feed.begin();
      begun.countDown();
      go.await();
      for (int next = 0; !stopping; next = (next + 1) % batches.size()) {
        List<KinesisClientRecord> batch = batches.get(next);
        long start = System.nanoTime();
        feed.deliver(batch);
        log.add(start, System.nanoTime(), batch.size());
      }
      feed.end();
    } catch (Throwable t) {
      reports.fatal(t);
    }
    delivered = log.records();
    deliveredBytes = log.records() / batchRecords() * batchBytes();
  }

  private long batchBytes() {
    return batches.get(0).stream().mapToLong(record -> record.data().remaining()).sum();
  }
}
