package io.tsmld.daemon.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/** The vectors of DynamoDB stream records, and the SDK's records that their JSON stands for. */
public final class StreamRecordVectors {
  private static final Path FILE = Path.of("../tsmld/test/vectors/dynamodb-records.json");

  private StreamRecordVectors() {}

  /** Those that an encoder must write. */
  public static List<JsonNode> written() {
    try {
      return StreamSupport.stream(Vectors.JSON.readTree(FILE.toFile()).spliterator(), false)
          .filter(vector -> vector.has("record"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Not by the adapter's own parser, which keeps no order of attributes. */
  public static Record record(JsonNode json) {
    Record.Builder record =
        Record.builder()
            .eventID(text(json, "eventID"))
            .eventName(text(json, "eventName"))
            .eventVersion(text(json, "eventVersion"))
            .eventSource(text(json, "eventSource"))
            .awsRegion(text(json, "awsRegion"))
            .dynamodb(change(json.path("dynamodb")));
    JsonNode identity = json.path("userIdentity");
    if (identity.isObject()) {
      record.userIdentity(
          builder ->
              builder.principalId(text(identity, "principalId")).type(text(identity, "type")));
    }
    return record.build();
  }

  private static StreamRecord change(JsonNode json) {
    StreamRecord.Builder change =
        StreamRecord.builder()
            .keys(attributes(json.path("Keys")))
            .sequenceNumber(text(json, "SequenceNumber"))
            .streamViewType(text(json, "StreamViewType"));
    if (json.has("ApproximateCreationDateTime")) {
      change.approximateCreationDateTime(
          Instant.ofEpochMilli(json.path("ApproximateCreationDateTime").asLong()));
    }
    if (json.has("SizeBytes")) {
      change.sizeBytes(json.path("SizeBytes").asLong());
    }
    if (json.has("NewImage")) {
      change.newImage(attributes(json.path("NewImage")));
    }
    if (json.has("OldImage")) {
      change.oldImage(attributes(json.path("OldImage")));
    }
    return change.build();
  }

  private static Map<String, AttributeValue> attributes(JsonNode json) {
    Map<String, AttributeValue> attributes = new LinkedHashMap<>();
    json.fields()
        .forEachRemaining(field -> attributes.put(field.getKey(), value(field.getValue())));
    return attributes;
  }

  private static AttributeValue value(JsonNode json) {
    Map.Entry<String, JsonNode> typed = json.fields().next();
    JsonNode content = typed.getValue();
    return switch (typed.getKey()) {
      case "S" -> AttributeValue.fromS(content.asText());
      case "N" -> AttributeValue.fromN(content.asText());
      case "B" -> AttributeValue.fromB(binary(content));
      case "BOOL" -> AttributeValue.fromBool(content.asBoolean());
      case "NULL" -> AttributeValue.fromNul(content.asBoolean());
      case "M" -> AttributeValue.fromM(attributes(content));
      case "L" -> AttributeValue.fromL(each(content, StreamRecordVectors::value));
      case "SS" -> AttributeValue.fromSs(each(content, JsonNode::asText));
      case "NS" -> AttributeValue.fromNs(each(content, JsonNode::asText));
      case "BS" -> AttributeValue.fromBs(each(content, StreamRecordVectors::binary));
      default -> throw new IllegalArgumentException(typed.getKey());
    };
  }

  private static <T> List<T> each(JsonNode entries, Function<JsonNode, T> read) {
    List<T> list = new ArrayList<>();
    entries.forEach(entry -> list.add(read.apply(entry)));
    return list;
  }

  private static SdkBytes binary(JsonNode base64) {
    return SdkBytes.fromByteArray(Base64.getDecoder().decode(base64.asText()));
  }

  private static String text(JsonNode json, String field) {
    return json.has(field) ? json.path(field).asText() : null;
  }
}
