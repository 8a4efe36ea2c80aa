package io.tsmld.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;

class LogLayoutTest {
  private final LogLayout layout = new LogLayout();

  @Test
  void anEntryIsOneLine() {
    assertEquals(
        "2026-11-23T18:00:00.007Z WARN [main] Scheduler: it is so\n",
        layout.doLayout(event("it is so", null)));
  }

  @Test
  void everyFurtherLineBeginsWithATab() {
    String[] lines =
        layout.doLayout(event("one\r\n  two", new IllegalStateException("a\nb"))).split("\n");
    assertEquals("2026-11-23T18:00:00.007Z WARN [main] Scheduler: one", lines[0]);
    for (int i = 1; i < lines.length; i++) {
      assertTrue(lines[i].startsWith("\t"), lines[i]);
    }
    assertEquals("\tjava.lang.IllegalStateException: a", lines[2]);
  }

  private static LoggingEvent event(String message, Throwable thrown) {
    LoggingEvent event =
        new LoggingEvent(
            "fqcn",
            new LoggerContext().getLogger("software.amazon.kinesis.coordinator.Scheduler"),
            Level.WARN,
            message,
            thrown,
            null);
    event.setThreadName("main");
    event.setTimeStamp(1795456800007L);
    return event;
  }
}
