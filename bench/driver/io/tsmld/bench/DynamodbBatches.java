package io.tsmld.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Changes of items, as the SDK and the DynamoDB Streams adapter make them. */
final class DynamodbBatches {
  private static final Instant CREATION = Instant.parse("2026-11-24T00:00:00Z");

  /** About what an item has beside its text. */
  private static final int REST_BYTES = 330;

  private DynamodbBatches() {}

  /**
   * @param form what makes the KCL's record of the SDK's, as it is fetched
   */
  static List<KinesisClientRecord> batch(
      int number, int count, int imageBytes, Function<Record, KinesisClientRecord> form) {
    List<KinesisClientRecord> batch = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      batch.add(form.apply(record((long) number * count + i, imageBytes)));
    }
    return batch;
  }

  private static Record record(long id, int imageBytes) {
    Map<String, AttributeValue> keys =
        Map.of("customer", text(String.format("customer-%09d", id)), "order", number(id));
    StreamRecord change =
        StreamRecord.builder()
            .approximateCreationDateTime(CREATION.plusSeconds(id))
            .keys(keys)
            .newImage(image(keys, id, 1, imageBytes))
            .oldImage(image(keys, id, 0, imageBytes))
            .sequenceNumber(String.format("1116%017d", id))
            .sizeBytes(2L * imageBytes)
            .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)
            .build();
    return Record.builder()
        .eventID(new UUID(id, 7).toString().replace("-", ""))
        .eventName(OperationType.MODIFY)
        .eventVersion("1.1")
        .eventSource("aws:dynamodb")
        .awsRegion("eu-west-1")
        .dynamodb(change)
        .build();
  }

  /**
   * An order: strings, numbers, a flag, a set, a map and a list of maps, and text up to its size.
   */
  private static Map<String, AttributeValue> image(
      Map<String, AttributeValue> keys, long id, int version, int bytes) {
    AttributeValue address =
        AttributeValue.fromM(
            Map.of(
                "street", text("Main Street " + id % 100),
                "city", text("Dublin"),
                "postcode", text("D02 " + id % 1000)));
    List<AttributeValue> lines =
        List.of(line("A-1001", 2, "19.95"), line("B-2002", 1, "349"), line("C-3003", 12, "0.49"));
    String note =
        "lorem ipsum ".repeat(bytes / 12 + 1).substring(0, Math.max(1, bytes - REST_BYTES));
    return Map.ofEntries(
        Map.entry("customer", keys.get("customer")),
        Map.entry("order", keys.get("order")),
        Map.entry("version", number(version)),
        Map.entry("total", AttributeValue.fromN("394.78")),
        Map.entry("paid", AttributeValue.fromBool(version == 1)),
        Map.entry("tags", AttributeValue.fromSs(List.of("express", "gift", "returning"))),
        Map.entry("address", address),
        Map.entry("lines", AttributeValue.fromL(lines)),
        Map.entry("note", text(note)));
  }

  private static AttributeValue line(String article, int count, String price) {
    return AttributeValue.fromM(
        Map.of(
            "article",
            text(article),
            "count",
            number(count),
            "price",
            AttributeValue.fromN(price)));
  }

  private static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }

  private static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }
}
