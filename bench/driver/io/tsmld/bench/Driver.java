package io.tsmld.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Stands for the KCL: feeds prebuilt batches to record processors, one thread a shard, and
 * measures. Orders come and reports go as JSON lines on stdin and stdout; the log is on stderr. The
 * end of stdin is its end, and so is any failure: nothing is measured of a case that went wrong.
 */
public final class Driver {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Driver() {}

  public static void main(String[] arguments) throws IOException {
    Reports reports = Reports.takeStdout();
    Logs.toStderr();
    int code = 0;
    try {
      obey(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), reports);
    } catch (Exception e) {
      reports.failed(e);
      code = 1;
    }
    Runtime.getRuntime().halt(code);
  }

  private static void obey(BufferedReader orders, Reports reports) throws Exception {
    Shards shards = null;
    List<Window> windows = new ArrayList<>();
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      JsonNode order = MAPPER.readTree(line);
      switch (order.path("type").asText()) {
        case "start" -> {
          shards = new Shards(Case.of(order), reports);
          shards.start();
          reports.say("started");
        }
        case "window" -> {
          reports.say("windowBegan");
          windows.add(Window.of(order.path("ms").asLong()));
          reports.say("windowOver");
        }
        case "figures" -> {
          reports.say(
              Map.of("type", "figures", "windows", Window.figures(windows, shards.loops())));
          windows.clear();
        }
        case "end" -> reports.say(shards.end());
        default -> throw new IOException("no order: " + line);
      }
    }
  }
}
