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
    room(Frames.HEADER_BYTES);
    buffer.putInt(length).put((byte) kind);
    return this;
  }

  FrameOutput u8(int value) throws IOException {
    room(1);
    buffer.put((byte) value);
    return this;
  }

  FrameOutput u32(int value) throws IOException {
    room(4);
    buffer.putInt(value);
    return this;
  }

  FrameOutput u64(long value) throws IOException {
    room(8);
    buffer.putLong(value);
    return this;
  }

  FrameOutput bytes(byte[] source) throws IOException {
    return bytes(ByteBuffer.wrap(source));
  }

  /** Takes all that remains in the source, whose position moves. */
  FrameOutput bytes(ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int count = Math.min(source.remaining(), buffer.remaining());
      buffer.put(buffer.position(), source, source.position(), count);
      buffer.position(buffer.position() + count);
      source.position(source.position() + count);
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

  private void room(int count) throws IOException {
    if (buffer.remaining() < count) {
      flush();
    }
  }
}
