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
  private final WritableByteChannel channel;
  private final ByteBuffer buffer;

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
    return bytes(source, 0, source.length);
  }

  FrameOutput bytes(byte[] source, int at, int count) throws IOException {
    if (buffer.remaining() < count) {
      return bytes(ByteBuffer.wrap(source), at, count);
    }
    buffer.put(source, at, count);
    return this;
  }

  /** Writes {@code count} bytes of the source, from the index {@code at}; its position stays. */
  FrameOutput bytes(ByteBuffer source, int at, int count) throws IOException {
    int end = at + count;
    for (int next = at; next < end; ) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int some = Math.min(end - next, buffer.remaining());
      buffer.put(buffer.position(), source, next, some);
      buffer.position(buffer.position() + some);
      next += some;
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

  /** The buffer, with room for a number. */
  private ByteBuffer room(int count) throws IOException {
    if (buffer.remaining() < count) {
      flush();
    }
    return buffer;
  }
}
