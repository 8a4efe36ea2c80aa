package io.tsmld.bench;

import java.util.ArrayList;
import java.util.List;

/** When the batches of one shard began and ended, of late. */
final class BatchLog {
  /** One batch; times by {@link System#nanoTime}. */
  record Entry(long start, long end, int records) {
    /**
     * The share of the batch's time that lies between the two: a batch under way counts in part.
     */
    double share(long from, long to) {
      long within = Math.min(end, to) - Math.max(start, from);
      return end == start ? 0 : Math.max(0, (double) within / (end - start));
    }
  }

  private List<Entry> entries = new ArrayList<>();
  private long records;
  private long lastEnd = Long.MIN_VALUE;

  synchronized void add(long start, long end, int count) {
    entries.add(new Entry(start, end, count));
    records += count;
    lastEnd = end;
    notifyAll();
  }

  synchronized long records() {
    return records;
  }

  /** Waits for a batch that ends at that time or later, then takes everything noted so far. */
  synchronized List<Entry> takeThrough(long time) throws InterruptedException {
    while (lastEnd == Long.MIN_VALUE || lastEnd - time < 0) {
      wait();
    }
    List<Entry> taken = entries;
    // The last one may reach into the next window as well.
    entries = new ArrayList<>(taken.subList(Math.max(0, taken.size() - 1), taken.size()));
    return taken;
  }
}
