package io.tsmld.stock;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** KCL 3's log, by slf4j through logback, in place of the configuration in AWS's jar. */
final class LogbackLogs {
  private static final String WITHOUT_PAYLOAD =
      "'Cannot write message [^\\n]*? because writer', 'Cannot write a message because writer'";
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %level [%thread] %logger: "
          + "%replace(%replace(%msg){" + WITHOUT_PAYLOAD + "}){'\\n', '\\n\\t'}%n"
          + "%replace(%replace(%ex){" + WITHOUT_PAYLOAD + "}){'(?m)^(?=\\S)', '\\t'}%nopex";

  private LogbackLogs() {}

  static void configure(Map<String, String> levels) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();

    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
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
}
