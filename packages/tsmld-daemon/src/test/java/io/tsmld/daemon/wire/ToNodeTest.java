package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** What the daemon sends: the very frames of the shared vectors. */
class ToNodeTest {
  private static final int PREAMBLE_BYTES = 8;

  @TestFactory
  Stream<DynamicTest> writesEveryCanonicalVector() {
    return Vectors.of("toNode").stream()
        .filter(vector -> vector.path("canonical").asBoolean())
        .map(vector -> dynamicTest(vector.path("name").asText(), () -> check(vector)));
  }

  @Test
  void writesNoFrameOverTheLimitAndKeepsARecordsPositionUntouched() throws IOException {
    ByteBuffer data =
        ByteBuffer.wrap(new byte[300]).position(100).limit(200).slice().asReadOnlyBuffer();
    List<KinesisClientRecord> records = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      records.add(
          KinesisClientRecord.builder()
              .sequenceNumber("" + i)
              .partitionKey("k")
              .data(data)
              .build());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new FrameWriter(Channels.newChannel(out), new WriteTurns()).batch(records, null, false);
    List<Frame> frames = frames(out.toByteArray(), 0);
    int largest = frames.stream().mapToInt(frame -> frame.payload().length).max().orElseThrow();
    assertEquals(true, largest <= FrameWriter.DEFAULT_RECORDS_FRAME_BYTES, "largest " + largest);
    assertEquals(100, data.remaining());
  }

  private static void check(JsonNode vector) throws IOException {
    byte[] expected = Vectors.bytes(vector.path("bytes"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FrameWriter writer =
        new FrameWriter(Channels.newChannel(out), new WriteTurns(), Frames.MAX_PAYLOAD_BYTES);
    JsonNode hello = vector.path("hello");
    int skip = 0;
    if (hello.isObject()) {
      writer.hello(
          Messages.hello(
              hello.path("token").asText(),
              hello.path("stream").asText(),
              hello.path("shardId").asText(),
              hello.path("leaseId").asText(),
              hello.path("recordFormat").asText(),
              hello.has("openedAt") ? hello.path("openedAt").asLong() : null));
      skip = PREAMBLE_BYTES;
    }
    for (JsonNode message : vector.path("messages")) {
      write(message, writer);
    }
    byte[] written = out.toByteArray();
    assertArrayEquals(Arrays.copyOf(expected, skip), Arrays.copyOf(written, skip));
    compare(frames(expected, skip), frames(written, skip));
  }

  private static void compare(List<Frame> expected, List<Frame> written) throws IOException {
    assertEquals(
        expected.stream().map(Frame::kind).toList(), written.stream().map(Frame::kind).toList());
    for (int i = 0; i < expected.size(); i++) {
      Frame want = expected.get(i);
      Frame have = written.get(i);
      if (want.kind() == Frames.HELLO || want.kind() == Frames.MESSAGE) {
        assertEquals(Vectors.JSON.readTree(want.payload()), Vectors.JSON.readTree(have.payload()));
      } else {
        assertArrayEquals(want.payload(), have.payload(), "frame " + i);
      }
    }
  }

  private static List<Frame> frames(byte[] bytes, int skip) throws IOException {
    byte[] rest = Arrays.copyOfRange(bytes, skip, bytes.length);
    FrameReader reader = new FrameReader(Vectors.channel(rest, Integer.MAX_VALUE));
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
      frames.add(frame);
    }
    assertNull(reader.next());
    return frames;
  }

  private static void write(JsonNode message, FrameWriter writer) throws IOException {
    String kind = message.path("kind").asText();
    switch (kind) {
      case "initialize" ->
          writer.message(Messages.initialize(message.path("shardId").asText(), position(message)));
      case "checkpointAnswered" ->
          writer.message(Messages.checkpointed(asked(message), text(message, "error")));
      case "processRecords" ->
          writer.batch(
              records(message.path("records")),
              message.path("millisBehindLatest").isNull()
                  ? null
                  : message.path("millisBehindLatest").asLong(),
              message.path("atShardEnd").asBoolean());
      default -> writer.message(Messages.plain(kind));
    }
  }

  private static ExtendedSequenceNumber position(JsonNode message) {
    return new ExtendedSequenceNumber(
        message.path("sequenceNumber").asText(), message.path("subSequenceNumber").asLong());
  }

  private static NodeMessage.Checkpoint asked(JsonNode message) {
    JsonNode sub = message.path("subSequenceNumber");
    return new NodeMessage.Checkpoint(
        text(message, "sequenceNumber"), sub.isNull() ? null : sub.asLong());
  }

  private static List<KinesisClientRecord> records(JsonNode nodes) {
    List<KinesisClientRecord> records = new ArrayList<>();
    for (JsonNode node : nodes) {
      JsonNode arrival = node.path("arrivalTimeMs");
      String encryption = text(node, "encryptionType");
      records.add(
          KinesisClientRecord.builder()
              .sequenceNumber(text(node, "sequenceNumber"))
              .subSequenceNumber(node.path("subSequenceNumber").asLong())
              .partitionKey(text(node, "partitionKey"))
              .explicitHashKey(text(node, "explicitHashKey"))
              .approximateArrivalTimestamp(
                  arrival.isNull() ? null : Instant.ofEpochMilli(arrival.asLong()))
              .encryptionType(encryption == null ? null : EncryptionType.fromValue(encryption))
              .aggregated(node.path("aggregated").asBoolean())
              .data(ByteBuffer.wrap(Vectors.bytes(node.path("data"))).asReadOnlyBuffer())
              .build());
    }
    return records;
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).isNull() || node.path(field).isMissingNode()
        ? null
        : node.path(field).asText();
  }
}
