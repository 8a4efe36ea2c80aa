package io.tsmld.stock;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gives both generations of the KCL the same log: {@code 2026-11-23T18:00:00.000Z WARN [thread] logger: message} on stderr, a stack trace's
 * lines after it indented. KCL 3 logs through logback, KCL 1 through java.util.logging.
 */
final class Logs {
  /** These log several lines a message, every property's value, or a whole message with its records. */
  static final Map<String, String> DEFAULT_LEVELS =
      Map.of(
          "", "INFO",
          "software.amazon.kinesis.multilang", "WARN",
          "com.amazonaws.services.kinesis.multilang", "WARN",
          "com.amazonaws.services.kinesis.clientlibrary.config", "WARN");

  private Logs() {}

  static void configure(Map<String, String> levels) {
    Map<String, String> all = new LinkedHashMap<>(DEFAULT_LEVELS);
    levels.forEach((logger, level) -> all.put(logger.equals("ROOT") ? "" : logger, level));
    if (isPresent("ch.qos.logback.classic.LoggerContext")) {
      LogbackLogs.configure(all);
    } else {
      JulLogs.configure(all);
    }
  }

  private static boolean isPresent(String className) {
    try {
      Class.forName(className, false, Logs.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** The writers put a whole undeliverable message, records and all, into their exception's text. */
  static String withoutPayload(String text) {
    int start = text.indexOf("Cannot write message ");
    if (start < 0) {
      return text;
    }
    int end = text.indexOf(" because writer is closed", start);
    return end < 0
        ? text.substring(0, start) + "Cannot write a message"
        : text.substring(0, start) + "Cannot write a message" + withoutPayload(text.substring(end));
  }
}
