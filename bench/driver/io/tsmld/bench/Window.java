package io.tsmld.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** A span of time in which is measured. */
final class Window {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final long begin;
  private final long end;
  private final long cpuNanos;

  private Window(long begin, long end, long cpuNanos) {
    this.begin = begin;
    this.end = end;
    this.cpuNanos = cpuNanos;
  }

  /** Lets that much time pass. */
  static Window of(long ms) throws InterruptedException {
    long begin = System.nanoTime();
    long cpu = SYSTEM.getProcessCpuTime();
    Thread.sleep(ms);
    return new Window(begin, System.nanoTime(), SYSTEM.getProcessCpuTime() - cpu);
  }

  /**
   * What was done in each of these, the last of which is over. A batch that lies only partly in a
   * window counts by that part, so that long batches, many at once, do not make a window better or
   * worse by chance; to know how long the last ones take, this waits for them.
   */
  static List<Map<String, ?>> figures(List<Window> windows, List<ShardLoop> loops)
      throws InterruptedException {
    long end = windows.get(windows.size() - 1).end;
    List<BatchLog.Entry> batches = new ArrayList<>();
    for (ShardLoop loop : loops) {
      batches.addAll(loop.log().takeThrough(end));
    }
    return windows.stream().<Map<String, ?>>map(window -> window.figures(batches)).toList();
  }

  private Map<String, ?> figures(List<BatchLog.Entry> batches) {
    double records = 0;
    DoubleStream.Builder latencies = DoubleStream.builder();
    for (BatchLog.Entry batch : batches) {
      double share = batch.share(begin, end);
      if (share > 0) {
        records += share * batch.records();
        latencies.add((batch.end() - batch.start()) / 1e6);
      }
    }
    double[] sorted = latencies.build().toArray();
    Arrays.sort(sorted);
    return Map.of(
        "type",
        "window",
        "seconds",
        (end - begin) / 1e9,
        "records",
        records,
        "batches",
        sorted.length,
        "p50Ms",
        quantile(sorted, 0.5),
        "p99Ms",
        quantile(sorted, 0.99),
        "cpuSeconds",
        cpuNanos / 1e9);
  }

  private static double quantile(double[] sorted, double part) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(part * sorted.length) - 1];
  }
}
