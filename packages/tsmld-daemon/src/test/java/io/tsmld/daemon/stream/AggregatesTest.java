package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.Messages;

/**
 * What the KCL, and the daemon, make of the aggregates that {@code tsmld/kpl} is tested with;
 * {@code README.md} beside the vectors is their format.
 */
final class AggregatesTest {
  private static final Path FILE = Path.of("../tsmld/test/vectors/kpl.json");
  private static final HexFormat HEX = HexFormat.of();

  @TestFactory
  Stream<DynamicTest> theKclTakesThemApartAsTsmldDoes() throws IOException {
    return vectors()
        .filter(vector -> isStandard(vector) && !vector.has("kcl"))
        .map(
            vector ->
                test(vector, () -> assertUserRecords(vector.get("records"), deaggregate(vector))));
  }

  @TestFactory
  Stream<DynamicTest> whatTheKclMakesOfMalformedOnes() throws IOException {
    return vectors()
        .filter(vector -> vector.has("kcl"))
        .map(vector -> test(vector, () -> assertMalformed(vector)));
  }

  @TestFactory
  Stream<DynamicTest> theDaemonPassesOnWhatTheKclFailsOn() throws IOException {
    return vectors()
        .filter(vector -> vector.path("kcl").asText().equals("fails"))
        .map(
            vector ->
                test(
                    vector, () -> assertPlain(vector, deaggregate(vector, new WholeAggregates()))));
  }

  @Test
  void theDaemonTakesApartWhatIsBesideIt() throws IOException {
    JsonNode good = vector("one record");
    JsonNode failing = vector("a partition key index beyond its table, in the second record");
    JsonNode plain = vector("another MD5");
    List<KinesisClientRecord> records =
        new WholeAggregates()
            .deaggregate(
                Stream.of(good, failing, plain, good).map(AggregatesTest::record).toList());
    assertEquals(4, records.size());
    assertUserRecords(good.get("records"), records.subList(0, 1));
    assertPlain(failing, records.subList(1, 2));
    assertPlain(plain, records.subList(2, 3));
    assertUserRecords(good.get("records"), records.subList(3, 4));
  }

  @TestFactory
  Stream<DynamicTest> theKclPassesErlmldsFormatsOn() throws IOException {
    return vectors()
        .filter(vector -> !isStandard(vector) && !vector.has("kcl"))
        .map(vector -> test(vector, () -> assertPlain(vector, deaggregate(vector))));
  }

  @TestFactory
  Stream<DynamicTest> theKclsOwnSchemaEncodesThemToTheSameBytes() throws IOException {
    return vectors()
        .filter(vector -> vector.path("madeBy").asText().equals("tsmld"))
        .map(
            vector ->
                test(
                    vector,
                    () ->
                        assertEquals(
                            vector.path("data").asText(), encode(vector.path("records")))));
  }

  private static void assertMalformed(JsonNode vector) {
    JsonNode kcl = vector.get("kcl");
    if (kcl.isArray()) {
      assertUserRecords(kcl, deaggregate(vector));
    } else if (kcl.asText().equals("fails")) {
      assertFails(vector);
    } else {
      assertPlain(vector, deaggregate(vector));
    }
  }

  /** The KCL would log the aggregate by a class that no JDK after 8 has. */
  private static void assertFails(JsonNode vector) {
    NoClassDefFoundError error =
        assertThrows(NoClassDefFoundError.class, () -> deaggregate(vector));
    assertEquals("javax/xml/bind/DatatypeConverter", error.getMessage());
  }

  private static void assertPlain(JsonNode vector, List<KinesisClientRecord> records) {
    assertEquals(1, records.size());
    assertEquals(vector.path("data").asText(), hex(records.get(0)));
    assertEquals(false, records.get(0).aggregated());
  }

  private static void assertUserRecords(JsonNode expected, List<KinesisClientRecord> records) {
    List<List<String>> actual = new ArrayList<>();
    for (KinesisClientRecord record : records) {
      assertTrue(record.aggregated());
      assertEquals(actual.size(), record.subSequenceNumber());
      List<String> fields = new ArrayList<>();
      fields.add(record.partitionKey());
      fields.add(record.explicitHashKey());
      fields.add(hex(record));
      actual.add(fields);
    }
    assertEquals(expected, new ObjectMapper().valueToTree(actual));
  }

  private static List<KinesisClientRecord> deaggregate(JsonNode vector) {
    return deaggregate(vector, new AggregatorUtil());
  }

  private static List<KinesisClientRecord> deaggregate(JsonNode vector, AggregatorUtil util) {
    List<KinesisClientRecord> records = List.of(record(vector));
    JsonNode range = vector.path("range");
    return range.isMissingNode()
        ? util.deaggregate(records)
        : util.deaggregate(records, range.path(0).asText(), range.path(1).asText());
  }

  private static KinesisClientRecord record(JsonNode vector) {
    return KinesisClientRecord.builder()
        .sequenceNumber("1")
        .partitionKey("outer")
        .data(ByteBuffer.wrap(HEX.parseHex(vector.path("data").asText())))
        .build();
  }

  /** Encodes with the classes that protoc made for the KCL. */
  private static String encode(JsonNode records) throws Exception {
    Messages.AggregatedRecord.Builder message = Messages.AggregatedRecord.newBuilder();
    List<String> partitionKeys = new ArrayList<>();
    List<String> hashKeys = new ArrayList<>();
    for (JsonNode fields : records) {
      Messages.Record.Builder record = Messages.Record.newBuilder();
      record.setPartitionKeyIndex(index(partitionKeys, fields.get(0).asText()));
      if (!fields.get(1).isNull()) {
        record.setExplicitHashKeyIndex(index(hashKeys, fields.get(1).asText()));
      }
      record.setData(ByteString.copyFrom(HEX.parseHex(fields.get(2).asText())));
      message.addRecords(record);
    }
    message.addAllPartitionKeyTable(partitionKeys).addAllExplicitHashKeyTable(hashKeys);
    byte[] bytes = message.build().toByteArray();
    byte[] digest = MessageDigest.getInstance("MD5").digest(bytes);
    return "f3899ac2" + HEX.formatHex(bytes) + HEX.formatHex(digest);
  }

  private static int index(List<String> table, String key) {
    if (!table.contains(key)) {
      table.add(key);
    }
    return table.indexOf(key);
  }

  private static String hex(KinesisClientRecord record) {
    ByteBuffer data = record.data().duplicate();
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    return HEX.formatHex(bytes);
  }

  private static boolean isStandard(JsonNode vector) {
    return vector.path("format").asText().equals("standard");
  }

  private static DynamicTest test(JsonNode vector, Executable body) {
    return DynamicTest.dynamicTest(
        vector.path("name").asText() + ", by " + vector.path("madeBy").asText(), body);
  }

  private static JsonNode vector(String name) throws IOException {
    return vectors()
        .filter(vector -> vector.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<JsonNode> vectors() throws IOException {
    return StreamSupport.stream(new ObjectMapper().readTree(FILE.toFile()).spliterator(), false);
  }
}
