package io.tsmld.daemon.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Writes bytes to a channel through one reused direct buffer. A heap buffer given to a channel is
 * copied into a direct one of its own size anyway, which the JDK then keeps for the thread: copying
 * piece by piece costs no more and bounds the memory, whatever a record's size.
 */
final class FrameOutput {
  /** The most that can be asked room for at once. */
  static final int MAX_ROOM_BYTES = 256;

  private final WritableByteChannel channel;
  private final ByteBuffer buffer;
  private final byte[] scratch = new byte[MAX_ROOM_BYTES];

  FrameOutput(WritableByteChannel channel, int bufferBytes) {
    this.channel = channel;
    this.buffer = ByteBuffer.allocateDirect(bufferBytes);
  }

  /** Begins a frame; exactly {@code length} bytes must follow. */
  FrameOutput frame(int kind, int length) throws IOException {
    room(Frames.HEADER_BYTES).putInt(length).put((byte) kind);
    return this;
  }

  FrameOutput u8(int value) throws IOException {
    room(1).put((byte) value);
    return this;
  }

  FrameOutput u32(int value) throws IOException {
    room(4).putInt(value);
    return this;
  }

  FrameOutput u64(long value) throws IOException {
    room(8).putLong(value);
    return this;
  }

  FrameOutput bytes(byte[] source) throws IOException {
    return bytes(ByteBuffer.wrap(source));
  }

  /** Writes a text whose characters are one byte each. */
  @SuppressWarnings("deprecation") // it drops the upper bytes, which are 0, and allocates nothing
  FrameOutput ascii(String text) throws IOException {
    for (int at = 0; at < text.length(); at += scratch.length) {
      int count = Math.min(scratch.length, text.length() - at);
      text.getBytes(at, at + count, scratch, 0);
      room(count).put(scratch, 0, count);
    }
    return this;
  }

  /** Writes what remains in the source, whose position stays. */
  FrameOutput bytes(ByteBuffer source) throws IOException {
    int at = source.position();
    int end = source.limit();
    while (at < end) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int count = Math.min(end - at, buffer.remaining());
      buffer.put(buffer.position(), source, at, count);
      buffer.position(buffer.position() + count);
      at += count;
    }
    return this;
  }

  void flush() throws IOException {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } finally {
      buffer.clear();
    }
  }

  /** The buffer, with room for {@code count} bytes more, at most {@link #MAX_ROOM_BYTES}. */
  ByteBuffer room(int count) throws IOException {
    if (buffer.remaining() < count) {
      flush();
    }
    return buffer;
  }
}
