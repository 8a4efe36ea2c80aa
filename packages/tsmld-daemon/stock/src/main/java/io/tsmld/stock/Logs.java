package io.tsmld.stock;

import java.util.LinkedHashMap;
import java.util.Map;

/** Gives both generations of the KCL the same log, on stderr: KCL 3 logs through logback, KCL 1 through java.util.logging. */
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
}
