package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** What the daemon makes of a DynamoDB stream record: the very bytes of the shared vectors. */
class StreamRecordEncoderTest {
  @TestFactory
  Stream<DynamicTest> writesEveryVector() {
    return StreamRecordVectors.written().stream()
        .map(
            vector ->
                dynamicTest(
                    vector.path("name").asText(),
                    () -> assertEquals(hex(vector), encoded(new StreamRecordEncoder(), vector))));
  }

  @Test
  void oneEncoderWritesRecordAfterRecord() {
    StreamRecordEncoder encoder = new StreamRecordEncoder();
    List<JsonNode> vectors = StreamRecordVectors.written();
    assertTrue(vectors.size() > 20);
    for (int round = 0; round < 2; round++) {
      for (JsonNode vector : vectors) {
        assertEquals(hex(vector), encoded(encoder, vector));
      }
    }
  }

  @Test
  void aRecordThatTheBufferMustGrowForIsWhole() {
    String text = "x".repeat(400 << 10);
    byte[] bytes = new StreamRecordEncoder().encode(inserted(AttributeValue.fromS(text)));
    String tail = new String(bytes, bytes.length - text.length(), text.length());
    assertEquals(text, tail);
  }

  @Test
  void whatTheSdkDoesNotKnowGoesOutAsSuch() {
    byte[] bytes =
        new StreamRecordEncoder()
            .encode(
                inserted(AttributeValue.builder().build()).toBuilder().eventName("NEWS").build());
    assertEquals(0, bytes[1]);
    assertEquals(0, bytes[bytes.length - 1]);
    Record bare = Record.builder().dynamodb(change -> change.sequenceNumber("1")).build();
    byte[] empty = new byte[36];
    empty[0] = 1;
    assertArrayEquals(empty, new StreamRecordEncoder().encode(bare));
  }

  @Test
  void theKclTakesItsPositionTimeAndBytesFromIt() {
    Record record = inserted(AttributeValue.fromS("a"));
    KinesisClientRecord given = new StreamRecordEncoder().clientRecord(record);
    assertEquals("17", given.sequenceNumber());
    assertEquals(0, given.subSequenceNumber());
    assertEquals(Instant.ofEpochMilli(1_793_534_400_000L), given.approximateArrivalTimestamp());
    assertNull(given.partitionKey());
    byte[] bytes = new StreamRecordEncoder().encode(record);
    assertEquals(bytes.length, given.data().limit());
    assertArrayEquals(bytes, given.data().array());
  }

  @Test
  void theKclSeesNoAggregateInIt() {
    KinesisClientRecord given =
        new StreamRecordEncoder().clientRecord(inserted(AttributeValue.fromS("a")));
    assertEquals(List.of(given), new AggregatorUtil().deaggregate(List.of(given)));
    assertEquals(0, given.data().position());
  }

  private static Record inserted(AttributeValue value) {
    return Record.builder()
        .eventName("INSERT")
        .dynamodb(
            change ->
                change
                    .sequenceNumber("17")
                    .approximateCreationDateTime(Instant.ofEpochMilli(1_793_534_400_000L))
                    .keys(Map.of())
                    .newImage(Map.of("a", value))
                    .streamViewType("NEW_IMAGE"))
        .build();
  }

  private static String hex(JsonNode vector) {
    return HexFormat.of().formatHex(Vectors.bytes(vector.path("bytes")));
  }

  private static String encoded(StreamRecordEncoder encoder, JsonNode vector) {
    Record record = StreamRecordVectors.record(vector.path("record"));
    return HexFormat.of().formatHex(encoder.encode(record));
  }
}
