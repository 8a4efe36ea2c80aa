package io.tsmld.stock;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** KCL 1's log, by commons-logging through java.util.logging. */
final class JulLogs {
  /** The log manager holds loggers weakly: without these the levels would be forgotten. */
  private static final List<Logger> KEPT = new ArrayList<>();

  private JulLogs() {}

  static void configure(Map<String, String> levels) {
    LogManager.getLogManager().reset();
    ConsoleHandler handler = new ConsoleHandler();
    handler.setLevel(Level.ALL);
    handler.setFormatter(new LineFormatter());
    Logger.getLogger("").addHandler(handler);
    levels.forEach(
        (name, level) -> {
          Logger logger = Logger.getLogger(name);
          logger.setLevel(julLevel(level));
          KEPT.add(logger);
        });
  }

  private static Level julLevel(String level) {
    return switch (level) {
      case "OFF" -> Level.OFF;
      case "ERROR" -> Level.SEVERE;
      case "WARN" -> Level.WARNING;
      case "INFO" -> Level.INFO;
      case "DEBUG" -> Level.FINE;
      case "TRACE", "ALL" -> Level.ALL;
      default -> throw new IllegalArgumentException("no log level " + level);
    };
  }

  private static final class LineFormatter extends Formatter {
    @Override
    public String format(LogRecord record) {
      // A console handler formats on the thread that logs.
      return LogLine.of(
          record.getInstant(),
          word(record.getLevel()),
          Thread.currentThread().getName(),
          record.getLoggerName(),
          formatMessage(record),
          trace(record.getThrown()));
    }

    private static String word(Level level) {
      int value = level.intValue();
      if (value >= Level.SEVERE.intValue()) return "ERROR";
      if (value >= Level.WARNING.intValue()) return "WARN";
      if (value >= Level.CONFIG.intValue()) return "INFO";
      return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    private static String trace(Throwable thrown) {
      if (thrown == null) {
        return "";
      }
      StringWriter text = new StringWriter();
      thrown.printStackTrace(new PrintWriter(text, true));
      return text.toString();
    }
  }
}
