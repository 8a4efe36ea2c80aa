package io.tsmld.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the driver says to the harness, a JSON object a line. */
final class Reports {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final PrintStream out;

  private Reports(PrintStream out) {
    this.out = out;
  }

  /** Keeps stdout for the reports: whatever else is printed goes to stderr. */
  static Reports takeStdout() {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    return new Reports(out);
  }

  void say(String type) {
    say(Map.of("type", type));
  }

  synchronized void say(Map<String, ?> report) {
    try {
      out.println(MAPPER.writeValueAsString(report));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  void failed(Throwable failure) {
    failure.printStackTrace();
    say(Map.of("type", "failed", "message", failure.toString()));
  }

  /** Says so and ends the process: called on any thread. */
  void fatal(Throwable failure) {
    failed(failure);
    Runtime.getRuntime().halt(1);
  }
}
