package io.tsmld.stock;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * The form of every log line: {@code 2026-11-23T18:00:00.000Z WARN [thread] logger: message}, the rest of a message and a stack trace on lines of
 * their own that begin with a tab.
 */
final class LogLine {
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private LogLine() {}

  /** {@code trace} is a stack trace as Java prints it, or empty. */
  static String of(
      Instant instant, String level, String thread, String logger, String message, String trace) {
    String text = trace.isEmpty() ? message : message + "\n" + trace;
    return "%s %s [%s] %s: %s\n"
        .formatted(
            MILLIS.format(instant), level, thread, logger, indented(withoutPayload(text.strip())));
  }

  private static String indented(String text) {
    return text.replaceAll("\r?\n\t?", "\n\t");
  }

  /** The KCL's writers put a whole undeliverable message, records and all, into their exception's text. */
  static String withoutPayload(String text) {
    int start = text.indexOf("Cannot write message ");
    if (start < 0) {
      return text;
    }
    int end = text.indexOf(" because writer is closed", start);
    String cut = text.substring(0, start) + "Cannot write a message";
    return end < 0 ? cut : cut + withoutPayload(text.substring(end));
  }
}
