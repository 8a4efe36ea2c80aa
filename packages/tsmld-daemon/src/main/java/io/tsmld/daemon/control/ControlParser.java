package io.tsmld.daemon.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tsmld.daemon.session.Listener;
import io.tsmld.daemon.stream.StreamSpec;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the control channel's lines. A message never quotes a line: it may hold the token. */
public final class ControlParser {
  public static final int VERSION = 1;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long DEFAULT_NODE_TIMEOUT_MS = 30_000;

  private ControlParser() {}

  public static ControlMessage parse(String line) throws ControlException {
    JsonNode node = object(line);
    String type = text(node, "type");
    return switch (type) {
      case "start" -> start(node);
      case "startStream" -> new ControlMessage.StartStream(stream(required(node, "stream")));
      case "stopStream" ->
          new ControlMessage.StopStream(text(node, "stream"), millis(node, "deadlineMs"));
      case "listeners" -> new ControlMessage.Listeners(listeners(required(node, "listeners")));
      case "stop" -> new ControlMessage.Stop(millis(node, "deadlineMs"));
      case "ping" -> new ControlMessage.Ping();
      default -> throw new ControlException("unknown type " + type);
    };
  }

  private static ControlMessage start(JsonNode node) throws ControlException {
    int version = required(node, "version").asInt(-1);
    if (version != VERSION) {
      throw new ControlException("this daemon speaks version " + VERSION + ", not " + version);
    }
    List<StreamSpec> streams = new ArrayList<>();
    for (JsonNode stream : array(node, "streams")) {
      streams.add(stream(stream));
    }
    if (streams.stream().map(StreamSpec::name).distinct().count() != streams.size()) {
      throw new ControlException("two streams have the same name");
    }
    return new ControlMessage.Start(
        text(node, "token"),
        node.has("nodeTimeoutMs") ? millis(node, "nodeTimeoutMs") : DEFAULT_NODE_TIMEOUT_MS,
        listeners(required(node, "listeners")),
        streams,
        strings(node.path("logLevels"), "logLevels"));
  }

  private static StreamSpec stream(JsonNode node) throws ControlException {
    String name = text(node, "name");
    StreamSpec.Type type =
        switch (text(node, "type")) {
          case "kinesis" -> StreamSpec.Type.KINESIS;
          case "dynamodb" -> StreamSpec.Type.DYNAMODB;
          default -> throw new ControlException("the type of stream " + name + " is unknown");
        };
    String tableName = optional(node, "tableName");
    String streamArn = optional(node, "streamArn");
    if (type == StreamSpec.Type.DYNAMODB && (tableName == null) == (streamArn == null)) {
      throw new ControlException("stream " + name + " needs tableName or streamArn, and not both");
    }
    return new StreamSpec(
        name,
        type,
        strings(required(node, "properties"), "properties"),
        tableName,
        streamArn,
        node.path("fastStart").asBoolean(false));
  }

  private static List<Listener> listeners(JsonNode node) throws ControlException {
    if (!node.isArray()) {
      throw new ControlException("listeners must be an array");
    }
    List<Listener> listeners = new ArrayList<>();
    for (JsonNode item : node) {
      listeners.add(listener(item));
    }
    return listeners;
  }

  private static Listener listener(JsonNode node) throws ControlException {
    int load = node.path("load").asInt(0);
    String stream = optional(node, "stream");
    try {
      return node.has("path")
          ? Listener.unix(text(node, "path"), load, stream)
          : Listener.tcp(text(node, "host"), required(node, "port").asInt(-1), load, stream);
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw new ControlException("a listener is unusable: " + e.getMessage());
    }
  }

  private static Map<String, String> strings(JsonNode node, String field) throws ControlException {
    Map<String, String> map = new LinkedHashMap<>();
    if (!node.isObject() && !node.isMissingNode()) {
      throw new ControlException(field + " must be an object");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
        throw new ControlException(
            field + "." + entry.getKey() + " must be a string, a number or a boolean");
      }
      map.put(entry.getKey(), entry.getValue().asText());
    }
    return map;
  }

  private static long millis(JsonNode node, String field) throws ControlException {
    JsonNode value = required(node, field);
    if (!value.isIntegralNumber() || value.asLong() < 0) {
      throw new ControlException(field + " must be a number of milliseconds");
    }
    return value.asLong();
  }

  private static JsonNode array(JsonNode node, String field) throws ControlException {
    JsonNode value = required(node, field);
    if (!value.isArray()) {
      throw new ControlException(field + " must be an array");
    }
    return value;
  }

  private static String optional(JsonNode node, String field) throws ControlException {
    JsonNode value = node.path(field);
    return value.isMissingNode() || value.isNull() ? null : text(node, field);
  }

  private static String text(JsonNode node, String field) throws ControlException {
    JsonNode value = required(node, field);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw new ControlException(field + " must be a text");
    }
    return value.asText();
  }

  private static JsonNode required(JsonNode node, String field) throws ControlException {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      throw new ControlException(field + " is missing");
    }
    return value;
  }

  private static JsonNode object(String line) throws ControlException {
    try {
      JsonNode node = JSON.readTree(line);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // The parser's message would quote the line.
    }
    throw new ControlException("the line is not a JSON object");
  }
}
