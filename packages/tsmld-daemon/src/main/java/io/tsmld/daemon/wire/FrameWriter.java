package io.tsmld.daemon.wire;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Writes one session's frames. Two threads do: the KCL's (actions) and the session's own (answers
 * to checkpoints), so a batch holds the writer from its start to its end.
 */
public final class FrameWriter {
  /**
   * Small enough that one chunk of Node's socket, 64 KiB, often holds a whole frame, which it then
   * reads without a copy; large enough that a frame costs nothing beside its records.
   */
  public static final int DEFAULT_RECORDS_FRAME_BYTES = 32 << 10;

  private static final int BUFFER_BYTES = 64 << 10;
  private static final int BATCH_START_BYTES = 21;
  private static final int BATCH_END_BYTES = 12;
  private static final int HAS_MILLIS_BEHIND = 1;
  private static final int AT_SHARD_END = 2;

  private final ReentrantLock exclusive = new ReentrantLock();
  private final FrameOutput out;
  private final WriteTurns turns;
  private final int recordsFrameBytes;

  public FrameWriter(WritableByteChannel channel, WriteTurns turns) {
    this(channel, turns, DEFAULT_RECORDS_FRAME_BYTES);
  }

  /**
   * @param recordsFrameBytes how much a frame of several records may hold, at most {@link
   *     Frames#MAX_PAYLOAD_BYTES}
   */
  FrameWriter(WritableByteChannel channel, WriteTurns turns, int recordsFrameBytes) {
    this.turns = turns;
    this.out = new FrameOutput(channel, BUFFER_BYTES);
    this.recordsFrameBytes = recordsFrameBytes;
  }

  /** The preamble and the hello: what a connection begins with. */
  public void hello(String json) throws IOException {
    exclusive.lock();
    try {
      out.bytes(Frames.MAGIC).u8(Frames.VERSION);
      writeJson(Frames.HELLO, json);
    } finally {
      exclusive.unlock();
    }
  }

  public void message(String json) throws IOException {
    exclusive.lock();
    try {
      writeJson(Frames.MESSAGE, json);
    } finally {
      exclusive.unlock();
    }
  }

  /** Writes a whole batch; beside one buffer its memory is the heads of its records. */
  public void batch(List<KinesisClientRecord> records, Long millisBehindLatest, boolean atShardEnd)
      throws IOException {
    EncodedRecords encoded = new EncodedRecords(records);
    turns.take(); // before the lock: answers to checkpoints need not wait for it
    exclusive.lock();
    try {
      int flags =
          (millisBehindLatest == null ? 0 : HAS_MILLIS_BEHIND) | (atShardEnd ? AT_SHARD_END : 0);
      out.frame(Frames.BATCH_START, BATCH_START_BYTES)
          .u32(encoded.count())
          .u64(encoded.bytes())
          .u8(flags)
          .u64(millisBehindLatest == null ? 0 : millisBehindLatest);
      int next = 0;
      while (next < encoded.count()) {
        next = writeSome(encoded, next);
      }
      out.frame(Frames.BATCH_END, BATCH_END_BYTES)
          .u32(encoded.count())
          .u64(encoded.bytes())
          .flush();
    } finally {
      exclusive.unlock();
      turns.giveBack();
    }
  }

  /**
   * One frame of records, or one record in parts; returns the index of the first record not
   * written.
   */
  private int writeSome(EncodedRecords records, int first) throws IOException {
    int payload = records.length(first);
    if (payload > Frames.MAX_PAYLOAD_BYTES) {
      writeParts(records, first);
      return first + 1;
    }
    int end = first + 1;
    while (end < records.count() && (long) payload + records.length(end) <= recordsFrameBytes) {
      payload += records.length(end++);
    }
    out.frame(Frames.RECORDS, payload);
    for (int i = first; i < end; i++) {
      records.write(i, 0, records.length(i), out);
    }
    return end;
  }

  private void writeParts(EncodedRecords records, int index) throws IOException {
    int length = records.length(index);
    for (int from = 0; from < length; from += Frames.MAX_PAYLOAD_BYTES) {
      int part = Math.min(length - from, Frames.MAX_PAYLOAD_BYTES);
      out.frame(Frames.RECORD_PART, part);
      records.write(index, from, part, out);
    }
  }

  private void writeJson(int kind, String json) throws IOException {
    byte[] payload = json.getBytes(StandardCharsets.UTF_8);
    out.frame(kind, payload.length).bytes(payload).flush();
  }
}
