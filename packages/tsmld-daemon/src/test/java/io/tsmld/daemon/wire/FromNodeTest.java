package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What Node sends, from the shared vectors, whole and cut. */
class FromNodeTest {
  @TestFactory
  Stream<DynamicTest> decodesEveryVectorHoweverItIsCut() {
    return Vectors.of("toDaemon").stream()
        .flatMap(
            vector ->
                Stream.of(1, 3, 7, Integer.MAX_VALUE)
                    .map(
                        chunk ->
                            dynamicTest(
                                vector.path("name").asText() + ", " + chunk + " at a time",
                                () -> check(vector, chunk))));
  }

  private static void check(JsonNode vector, int chunk) throws IOException {
    FrameReader reader =
        new FrameReader(Vectors.channel(Vectors.bytes(vector.path("bytes")), chunk));
    List<JsonNode> decoded = new ArrayList<>();
    if (vector.path("error").asBoolean()) {
      assertThrows(IOException.class, () -> readAll(reader, decoded));
    } else {
      readAll(reader, decoded);
    }
    List<JsonNode> expected = new ArrayList<>();
    vector.path("messages").forEach(expected::add);
    assertEquals(expected, decoded);
  }

  private static void readAll(FrameReader reader, List<JsonNode> into) throws IOException {
    for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
      into.add(asVector(Messages.parse(frame)));
    }
  }

  private static JsonNode asVector(NodeMessage message) throws IOException {
    ObjectNode node = Vectors.JSON.createObjectNode();
    if (message instanceof NodeMessage.Status status) {
      node.put("kind", "status").put("responseFor", status.responseFor());
    } else if (message instanceof NodeMessage.Refusal refusal) {
      node.put("kind", "refusal").put("reason", refusal.reason());
    } else if (message instanceof NodeMessage.Checkpoint checkpoint) {
      node.put("kind", "checkpoint");
      if (checkpoint.sequenceNumber() == null) {
        node.putNull("position");
      } else {
        node.putObject("position")
            .put("sequenceNumber", checkpoint.sequenceNumber())
            .put("subSequenceNumber", checkpoint.subSequenceNumber());
      }
    }
    return Vectors.JSON.readTree(node.toString());
  }
}
