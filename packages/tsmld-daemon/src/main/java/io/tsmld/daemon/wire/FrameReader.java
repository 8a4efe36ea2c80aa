package io.tsmld.daemon.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Splits what a channel delivers into frames, however it is cut. */
public final class FrameReader {
  private final ReadableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(4096).limit(0);

  public FrameReader(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the next frame of this version; frames of later versions are skipped.
   *
   * @return null at the end of the connection between two frames
   * @throws EOFException when it ends inside a frame
   * @throws ProtocolException for a frame that is too long
   */
  public Frame next() throws IOException {
    while (true) {
      if (!fill(Frames.HEADER_BYTES)) {
        return null;
      }
      long length = Integer.toUnsignedLong(buffer.getInt());
      int kind = Byte.toUnsignedInt(buffer.get());
      if (length > Frames.MAX_PAYLOAD_BYTES) {
        throw new ProtocolException(
            "a frame of " + length + " bytes is over the limit of " + Frames.MAX_PAYLOAD_BYTES);
      }
      byte[] payload = readPayload((int) length);
      if (kind < Frames.FIRST_RESERVED) {
        return new Frame(kind, payload);
      }
    }
  }

  private byte[] readPayload(int length) throws IOException {
    byte[] payload = new byte[length];
    int have = Math.min(length, buffer.remaining());
    buffer.get(payload, 0, have);
    ByteBuffer rest = ByteBuffer.wrap(payload, have, length - have);
    while (rest.hasRemaining()) {
      if (channel.read(rest) < 0) {
        throw new EOFException("the connection ended inside a frame");
      }
    }
    return payload;
  }

  /** Makes {@code count} bytes available; false at a clean end. */
  private boolean fill(int count) throws IOException {
    while (buffer.remaining() < count) {
      buffer.compact();
      int read = channel.read(buffer);
      buffer.flip();
      if (read < 0) {
        if (buffer.hasRemaining()) {
          throw new EOFException("the connection ended inside a frame");
        }
        return false;
      }
    }
    return true;
  }
}
