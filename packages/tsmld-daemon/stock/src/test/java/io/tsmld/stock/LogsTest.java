package io.tsmld.stock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogsTest {
  private static final String LINE =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z %s \\[main\\] a\\.Logger: %s";

  /** As the KCL's MessageWriter makes it. */
  private static final Exception UNDELIVERABLE =
      new IllegalStateException(
          "Cannot write message {\"data\":\"c2VjcmV0\"} because writer is closed for shard s-1",
          new IllegalStateException("Cannot write message {\"data\":\"c2VjcmV0\"} because writer is closed for shard s-1"));

  @Test
  @DisplayName("KCL 1's log has one form and holds no payload, stack traces neither")
  void jul() {
    List<String> lines =
        logged(
            JulLogs::configure,
            () -> {
              Logger logger = Logger.getLogger("a.Logger");
              logger.fine("not wanted");
              logger.log(Level.WARNING, UNDELIVERABLE.getMessage());
              logger.log(Level.SEVERE, "two\nlines", UNDELIVERABLE);
            });
    assertForm(lines);
  }

  @Test
  @DisplayName("KCL 3's log has the same form and holds no payload, stack traces neither")
  void logback() {
    List<String> lines =
        logged(
            LogbackLogs::configure,
            () -> {
              org.slf4j.Logger logger = LoggerFactory.getLogger("a.Logger");
              logger.debug("not wanted");
              logger.warn(UNDELIVERABLE.getMessage());
              logger.error("two\nlines", UNDELIVERABLE);
            });
    assertForm(lines);
  }

  @Test
  @DisplayName("a level that does not exist is refused by its name")
  void unknownLevel() {
    Exception e = assertThrows(IllegalArgumentException.class, () -> JulLogs.configure(Map.of("", "LOUD")));
    assertEquals("no log level LOUD", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> LogbackLogs.configure(Map.of("", "LOUD")));
  }

  @Test
  @DisplayName("options, the main class and the properties file are told apart")
  void arguments() {
    Arguments parsed =
        Arguments.parse(
            new String[] {"--level", "a.b=WARN", "--table", "items", "--level", "ROOT=INFO", "Main", "p"});
    assertEquals(
        new Arguments(Map.of("a.b", "WARN", "ROOT", "INFO"), "items", "Main", "p"), parsed);
    for (String[] wrong :
        List.of(
            new String[] {},
            new String[] {"Main"},
            new String[] {"--level", "WARN", "Main", "p"},
            new String[] {"--other", "x", "Main", "p"},
            new String[] {"Main", "p", "more"})) {
      assertThrows(IllegalArgumentException.class, () -> Arguments.parse(wrong));
    }
  }

  private static void assertForm(List<String> lines) {
    assertTrue(
        lines.get(0).matches(LINE.formatted("WARN", "Cannot write a message because writer is closed for shard s-1")),
        lines.get(0));
    assertTrue(lines.get(1).matches(LINE.formatted("ERROR", "two")), lines.get(1));
    assertEquals("\tlines", lines.get(2));
    assertTrue(lines.size() > 5, "a stack trace follows");
    for (String line : lines.subList(2, lines.size())) {
      assertTrue(line.startsWith("\t"), line);
    }
    assertFalse(String.join("\n", lines).contains("c2VjcmV0"));
  }

  private static List<String> logged(Consumer<Map<String, String>> configure, Runnable logs) {
    PrintStream real = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      configure.accept(new HashMap<>(Map.of("", "INFO")));
      logs.run();
    } finally {
      System.setErr(real);
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
