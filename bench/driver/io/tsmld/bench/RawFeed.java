package io.tsmld.bench;

import io.tsmld.daemon.wire.FrameWriter;
import io.tsmld.daemon.wire.WriteTurns;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * The limit: as many bytes as the frames of the same batch, written from one reused direct buffer,
 * and one byte back when they were read. A header first: the length of a batch and its number of
 * records.
 */
final class RawFeed implements Feed {
  private static final int WRITE_BYTES = 64 << 10;
  private static final int HEADER_BYTES = 8;

  private final SocketAddress address;
  private final int batchBytes;
  private final int batchRecords;
  private final ByteBuffer out = ByteBuffer.allocateDirect(WRITE_BYTES);
  private final ByteBuffer in = ByteBuffer.allocateDirect(1);
  private SocketChannel channel;

  RawFeed(SocketAddress address, List<KinesisClientRecord> sample) throws IOException {
    this.address = address;
    this.batchBytes = frameBytes(sample);
    this.batchRecords = sample.size();
  }

  private static int frameBytes(List<KinesisClientRecord> batch) throws IOException {
    Counter counter = new Counter();
    new FrameWriter(counter, new WriteTurns()).batch(batch, 0L, false);
    return counter.bytes;
  }

  @Override
  public void begin() throws IOException {
    channel = SocketChannel.open(address);
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putInt(batchBytes).putInt(batchRecords);
    write(header.flip());
    byte[] content = Payloads.random(WRITE_BYTES, 1);
    out.put(content);
  }

  @Override
  public void deliver(List<KinesisClientRecord> batch) throws IOException {
    for (int left = batchBytes; left > 0; left -= out.limit()) {
      out.position(0).limit(Math.min(left, WRITE_BYTES));
      write(out);
    }
    if (channel.read(in.clear()) < 0) {
      throw new EOFException("the raw consumer closed its connection");
    }
  }

  @Override
  public void end() throws IOException {
    channel.close();
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static final class Counter implements WritableByteChannel {
    int bytes;

    @Override
    public int write(ByteBuffer source) {
      int count = source.remaining();
      source.position(source.limit());
      bytes += count;
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
