package io.tsmld.daemon.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Set;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** A session's messages as JSON: those to Node written, those from Node read. */
public final class Messages {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXCERPT_CHARS = 200;
  private static final Set<String> ACTIONS =
      Set.of("initialize", "processRecords", "leaseLost", "shardEnded", "shutdownRequested");

  private Messages() {}

  /** {@code openedAt} is in epoch milliseconds, or null to leave it out. */
  public static String hello(
      String token,
      String stream,
      String shardId,
      String leaseId,
      String recordFormat,
      Long openedAt) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("token", token)
            .put("stream", stream)
            .put("shardId", shardId)
            .put("leaseId", leaseId)
            .put("recordFormat", recordFormat);
    if (openedAt != null) {
      node.put("openedAt", openedAt);
    }
    return node.toString();
  }

  public static String initialize(String shardId, ExtendedSequenceNumber from) {
    ObjectNode node = action("initialize").put("shardId", shardId);
    node.put("sequenceNumber", from == null ? null : from.sequenceNumber());
    node.put("subSequenceNumber", from == null ? null : unsigned(from.subSequenceNumber()));
    return node.toString();
  }

  /** A message without fields: leaseLost, shardEnded, shutdownRequested, leaseLosing. */
  public static String plain(String action) {
    return action(action).toString();
  }

  /** The answer to a checkpoint; {@code error} is the simple name of an exception, or null. */
  public static String checkpointed(NodeMessage.Checkpoint asked, String error) {
    ObjectNode node = action("checkpoint").put("sequenceNumber", asked.sequenceNumber());
    node.put("subSequenceNumber", unsigned(asked.subSequenceNumber()));
    node.put("error", error);
    return node.toString();
  }

  public static NodeMessage parse(Frame frame) throws ProtocolException {
    return switch (frame.kind()) {
      case Frames.MESSAGE -> message(object(frame));
      case Frames.REFUSAL -> refusal(object(frame));
      default ->
          throw new ProtocolException(
              "a frame of kind 0x%02x is not Node's to send".formatted(frame.kind()));
    };
  }

  private static NodeMessage message(JsonNode node) throws ProtocolException {
    return switch (node.path("action").asText()) {
      case "checkpoint" -> checkpoint(node);
      case "status" -> status(node);
      default ->
          throw new ProtocolException(
              "an unknown message came from Node: " + excerpt(node.toString()));
    };
  }

  private static NodeMessage refusal(JsonNode node) throws ProtocolException {
    if (!node.path("reason").isTextual()) {
      throw new ProtocolException("a refusal without a reason came from Node");
    }
    return new NodeMessage.Refusal(node.path("reason").asText());
  }

  private static NodeMessage status(JsonNode node) throws ProtocolException {
    JsonNode responseFor = node.path("responseFor");
    if (!responseFor.isTextual() || !ACTIONS.contains(responseFor.asText())) {
      throw new ProtocolException(
          "a status for no known action came from Node: " + excerpt(node.toString()));
    }
    return new NodeMessage.Status(responseFor.asText());
  }

  private static NodeMessage checkpoint(JsonNode node) throws ProtocolException {
    JsonNode sequenceNumber = node.path("sequenceNumber");
    JsonNode subSequenceNumber = node.path("subSequenceNumber");
    boolean noSequence = sequenceNumber.isNull() || sequenceNumber.isMissingNode();
    boolean noSub = subSequenceNumber.isNull() || subSequenceNumber.isMissingNode();
    if (noSequence && noSub) {
      return new NodeMessage.Checkpoint(null, null);
    }
    if (noSequence || noSub || !sequenceNumber.isTextual() || !isU64(subSequenceNumber)) {
      throw new ProtocolException(
          "a checkpoint needs both numbers or neither: " + excerpt(node.toString()));
    }
    return new NodeMessage.Checkpoint(
        sequenceNumber.asText(), subSequenceNumber.bigIntegerValue().longValue());
  }

  private static boolean isU64(JsonNode node) {
    return node.isIntegralNumber()
        && node.bigIntegerValue().signum() >= 0
        && node.bigIntegerValue().bitLength() <= Long.SIZE;
  }

  private static BigInteger unsigned(Long value) {
    return value == null ? null : new BigInteger(Long.toUnsignedString(value));
  }

  private static JsonNode object(Frame frame) throws ProtocolException {
    try {
      JsonNode node = JSON.readTree(frame.payload());
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // said below, without the parser's own words, which may hold the whole text
    } catch (IOException e) {
      throw new ProtocolException("a message from Node could not be read: " + e.getMessage());
    }
    throw new ProtocolException(
        "a message from Node is not a JSON object: " + excerpt(frame.text()));
  }

  private static ObjectNode action(String name) {
    return JSON.createObjectNode().put("action", name);
  }

  private static String excerpt(String text) {
    return text.length() <= EXCERPT_CHARS ? text : text.substring(0, EXCERPT_CHARS) + "…";
  }
}
