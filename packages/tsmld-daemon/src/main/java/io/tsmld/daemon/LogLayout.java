package io.tsmld.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * An entry of the log: one line,
 *
 * <pre>2026-11-23T18:00:00.000Z WARN [thread] logger: message</pre>
 *
 * in UTC, with the logger's last name only. Further lines of the same entry, of its message or of a
 * stack trace, begin with a tab.
 */
final class LogLayout extends LayoutBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder entry =
        new StringBuilder(256)
            .append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp())))
            .append(' ')
            .append(event.getLevel())
            .append(" [")
            .append(event.getThreadName())
            .append("] ")
            .append(shortName(event.getLoggerName()))
            .append(": ");
    append(entry, event.getFormattedMessage());
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      entry.append("\n\t");
      append(entry, ThrowableProxyUtil.asString(thrown));
    }
    return entry.append('\n').toString();
  }

  private static void append(StringBuilder entry, String text) {
    entry.append(String.valueOf(text).strip().replaceAll("\\R\\s*", "\n\t"));
  }

  private static String shortName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }
}
