package io.tsmld.daemon;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.PrintStream;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * The daemon's log, on stderr. An entry is one line,
 *
 * <pre>2026-11-23T18:00:00.000Z WARN [thread] logger: message</pre>
 *
 * in UTC, with the logger's last name only; further lines of the same entry (of its message, or a stack trace) begin with a tab.
 *
 * <p>It is written by a thread of its own and drops entries rather than wait: a stopped Node reads no stderr, and no KCL thread may hang in a log call.
 */
final class LogSetup {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %level [%thread] %logger{0}: "
          + "%replace(%msg){'\r?\n', '\n\t'}%n%replace(%xEx{full}){'(?m)^(?!\t|$)', '\t'}%nopex";

  private static final int QUEUE_ENTRIES = 4096;

  /** What says little and often, or would show a user's payloads, properties or keys. */
  private static final Map<String, Level> DEFAULTS =
      Map.ofEntries(
          Map.entry("software.amazon.awssdk", Level.WARN),
          Map.entry("io.netty", Level.WARN),
          Map.entry("com.amazonaws", Level.WARN),
          Map.entry("com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient", Level.ERROR),
          Map.entry("software.amazon.kinesis", Level.INFO),
          Map.entry("software.amazon.kinesis.multilang.config", Level.WARN),
          Map.entry("software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseDiscoverer", Level.WARN),
          Map.entry("software.amazon.kinesis.leader", Level.WARN),
          Map.entry("software.amazon.kinesis.coordinator.assignment", Level.WARN),
          Map.entry("software.amazon.kinesis.coordinator.DiagnosticEventLogger", Level.WARN),
          Map.entry("software.amazon.kinesis.worker", Level.WARN));

  private static AsyncAppender async;

  private LogSetup() {}

  static void install(PrintStream stderr) {
    LoggerContext context = context();
    context.reset();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
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
    async.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(async);
    DEFAULTS.forEach((name, level) -> context.getLogger(name).setLevel(level));
  }

  /** Levels over the defaults, by logger name; {@code root} is the root. An unknown level is INFO. */
  static void setLevels(Map<String, String> levels) {
    levels.forEach(
        (name, level) ->
            context()
                .getLogger(name.equals("root") ? org.slf4j.Logger.ROOT_LOGGER_NAME : name)
                .setLevel(Level.toLevel(level, Level.INFO)));
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
