package io.tsmld.daemon.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tsmld.daemon.wire.Frame;
import io.tsmld.daemon.wire.FrameReader;
import io.tsmld.daemon.wire.Frames;
import io.tsmld.daemon.wire.WriteTurns;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Node's side of a session, played by a test over a Unix socket. */
final class FakeNode implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path path;
  private final ServerSocketChannel server;

  FakeNode() throws IOException {
    folder = Files.createTempDirectory("tsmld");
    path = folder.resolve("s");
    server =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(path));
  }

  Connector connector() {
    return () ->
        new Link(
            SocketChannel.open(UnixDomainSocketAddress.of(path)), new WriteTurns(), () -> {});
  }

  Peer accept() throws IOException {
    return new Peer(server.accept());
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
    Files.delete(folder);
  }

  /** One connection, after its preamble and hello. */
  static final class Peer implements AutoCloseable {
    final JsonNode hello;
    private final SocketChannel channel;
    private final FrameReader reader;

    private Peer(SocketChannel channel) throws IOException {
      this.channel = channel;
      ByteBuffer preamble = ByteBuffer.allocate(Frames.MAGIC.length + 1);
      while (preamble.hasRemaining()) {
        channel.read(preamble);
      }
      this.reader = new FrameReader(channel);
      this.hello = JSON.readTree(reader.next().payload());
    }

    /**
     * The next message, or a batch as {@code {"action":"processRecords","count":n}}; null at the
     * end.
     */
    JsonNode next() throws IOException {
      for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
        if (frame.kind() == Frames.MESSAGE) {
          return JSON.readTree(frame.payload());
        }
        if (frame.kind() == Frames.BATCH_END) {
          return JSON.createObjectNode()
              .put("action", "processRecords")
              .put("count", ByteBuffer.wrap(frame.payload()).getInt());
        }
      }
      return null;
    }

    String action() throws IOException {
      JsonNode message = next();
      return message == null ? "end" : message.path("action").asText();
    }

    void status(String action) throws IOException {
      send(Frames.MESSAGE, "{\"action\":\"status\",\"responseFor\":\"" + action + "\"}");
    }

    /** Asks, and gives the answer's error: a text, or null. */
    String checkpoint() throws IOException {
      send(Frames.MESSAGE, "{\"action\":\"checkpoint\"}");
      JsonNode answer = next();
      return answer.path("error").isNull() ? null : answer.path("error").asText();
    }

    void send(int kind, String json) throws IOException {
      byte[] payload = json.getBytes(StandardCharsets.UTF_8);
      ByteBuffer frame = ByteBuffer.allocate(Frames.HEADER_BYTES + payload.length);
      frame.putInt(payload.length).put((byte) kind).put(payload).flip();
      while (frame.hasRemaining()) {
        channel.write(frame);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
