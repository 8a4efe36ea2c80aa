package io.tsmld.daemon.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * The vectors that the TypeScript tests read too; {@code README.md} beside them is their format.
 */
final class Vectors {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Path FILE = Path.of("../tsmld/test/vectors/frames.json");

  private Vectors() {}

  static List<JsonNode> of(String direction) {
    try {
      return StreamSupport.stream(JSON.readTree(FILE.toFile()).spliterator(), false)
          .filter(vector -> vector.path("direction").asText().equals(direction))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(JsonNode pieces) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (JsonNode piece : pieces) {
      if (piece.isTextual()) {
        out.writeBytes(HexFormat.of().parseHex(piece.asText()));
      } else if (piece.has("utf8")) {
        out.writeBytes(piece.path("utf8").asText().getBytes(StandardCharsets.UTF_8));
      } else {
        byte[] one = HexFormat.of().parseHex(piece.path("repeat").asText());
        for (int i = 0; i < piece.path("times").asInt(); i++) {
          out.writeBytes(one);
        }
      }
    }
    return out.toByteArray();
  }

  /** Delivers the bytes so many at a time, then the end. */
  static ReadableByteChannel channel(byte[] bytes, int chunk) {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    return new ReadableByteChannel() {
      @Override
      public int read(ByteBuffer target) {
        if (!source.hasRemaining()) {
          return -1;
        }
        int count = Math.min(Math.min(chunk, source.remaining()), target.remaining());
        target.put(source.slice(source.position(), count));
        source.position(source.position() + count);
        return count;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    };
  }
}
