package io.tsmld.stock;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.time.Instant;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** KCL 3's log, by slf4j through logback, in place of the configuration in AWS's jar. */
final class LogbackLogs {
  private LogbackLogs() {}

  static void configure(Map<String, String> levels) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();

    LineLayout layout = new LineLayout();
    layout.setContext(context);
    layout.start();

    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();

    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();

    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    levels.forEach(
        (name, level) ->
            context
                .getLogger(name.isEmpty() ? Logger.ROOT_LOGGER_NAME : name)
                .setLevel(logbackLevel(level)));
  }

  private static Level logbackLevel(String level) {
    Level known = Level.toLevel(level, null);
    if (known == null) {
      throw new IllegalArgumentException("no log level " + level);
    }
    return known;
  }

  private static final class LineLayout extends LayoutBase<ILoggingEvent> {
    @Override
    public String doLayout(ILoggingEvent event) {
      return LogLine.of(
          Instant.ofEpochMilli(event.getTimeStamp()),
          event.getLevel().toString(),
          event.getThreadName(),
          event.getLoggerName(),
          event.getFormattedMessage(),
          event.getThrowableProxy() == null
              ? ""
              : ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
  }
}
