package io.tsmld.daemon;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The daemon's log, on stderr, as {@link LogLayout} writes it.
 *
 * <p>It is written by a thread of its own and drops entries rather than wait: a stopped Node reads
 * no stderr, and no KCL thread may hang in a log call.
 */
final class LogSetup {
  private static final int QUEUE_ENTRIES = 4096;

  /** What says little and often, or would show a user's payloads, properties or keys. */
  private static final Map<String, Level> DEFAULTS =
      Map.ofEntries(
          Map.entry("software.amazon.awssdk", Level.WARN),
          Map.entry("io.netty", Level.ERROR),
          Map.entry("com.amazonaws", Level.WARN),
          Map.entry("software.amazon.kinesis.coordinator", Level.WARN),
          Map.entry("software.amazon.kinesis.coordinator.Scheduler", Level.INFO),
          Map.entry("software.amazon.kinesis.leader", Level.WARN),
          Map.entry("software.amazon.kinesis.leases", Level.WARN),
          Map.entry("software.amazon.kinesis.lifecycle", Level.WARN),
          // One warning a batch after a split, until its list of shards is read again.
          Map.entry("software.amazon.kinesis.lifecycle.ProcessTask", Level.ERROR),
          Map.entry("software.amazon.kinesis.multilang.config", Level.WARN),
          Map.entry("software.amazon.kinesis.retrieval", Level.WARN),
          // It would print a malformed aggregate; WholeAggregates says which record it is.
          Map.entry("software.amazon.kinesis.retrieval.AggregatorUtil", Level.OFF),
          Map.entry("software.amazon.kinesis.worker", Level.WARN));

  private static AsyncAppender async;

  private LogSetup() {}

  static void install(PrintStream stderr) {
    LoggerContext context = context();
    context.reset();
    LogLayout layout = new LogLayout();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(stderr);
    appender.start();
    async = new AsyncAppender();
    async.setContext(context);
    async.setQueueSize(QUEUE_ENTRIES);
    async.setDiscardingThreshold(0);
    async.setNeverBlock(true);
    async.addAppender(appender);
    async.addFilter(new LogNoise(System.currentTimeMillis()));
    async.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(async);
    DEFAULTS.forEach((name, level) -> context.getLogger(name).setLevel(level));
  }

  /**
   * Levels over the defaults, by logger name; {@code root} is the root, to logback in any case. An
   * unknown level is INFO.
   */
  static void setLevels(Map<String, String> levels) {
    levels.forEach(
        (name, level) -> context().getLogger(name).setLevel(Level.toLevel(level, Level.INFO)));
  }

  /** Gives what is queued a moment to be written. */
  static void flush(long waitMs) {
    long end = System.nanoTime() + waitMs * 1_000_000;
    while (async != null && async.getNumberOfElementsInQueue() > 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
