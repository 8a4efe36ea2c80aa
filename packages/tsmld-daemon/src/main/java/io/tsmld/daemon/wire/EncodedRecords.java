package io.tsmld.daemon.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * A batch's records, encoded but for their data: of each a head (its fixed part, its sequence
 * number, its keys), and its data as the record has it. A batch begins with its length, and its
 * records lie cold in memory: so each is looked at once, for its length and its head.
 */
final class EncodedRecords {
  private static final int LENGTH_FIELD_BYTES = 4;

  /** Flags, encryption type, three lengths, sub-sequence number, arrival time. */
  private static final int FIXED_BYTES = 22;

  /** What a head takes with numbers and a key of usual lengths; more is made room for. */
  private static final int USUAL_HEAD_BYTES = 128;

  private static final int HAS_PARTITION_KEY = 1;
  private static final int HAS_EXPLICIT_HASH_KEY = 2;
  private static final int HAS_ARRIVAL_TIME = 4;
  private static final int FROM_AGGREGATE = 8;

  private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0);
  private static final byte[] NO_BYTES = {};

  private final int[] lengths;
  private final int[] headEnds;
  private final ByteBuffer[] data;
  private ByteBuffer heads;
  private long bytes;

  EncodedRecords(List<KinesisClientRecord> records) throws ProtocolException {
    int count = records.size();
    lengths = new int[count];
    headEnds = new int[count];
    data = new ByteBuffer[count];
    heads = ByteBuffer.allocate(count * USUAL_HEAD_BYTES);
    int i = 0;
    for (KinesisClientRecord record : records) {
      data[i] = record.data() == null ? NO_DATA : record.data();
      lengths[i] = putHead(record, data[i].remaining());
      headEnds[i] = heads.position();
      bytes += lengths[i];
      i++;
    }
  }

  int count() {
    return lengths.length;
  }

  /** The sum of the encoded lengths. */
  long bytes() {
    return bytes;
  }

  /** A record's whole encoded length, the length field included. */
  int length(int index) {
    return lengths[index];
  }

  /** Writes a record, or {@code count} bytes of it that begin after its first {@code from}. */
  void write(int index, int from, int count, FrameOutput out) throws IOException {
    int head = Math.min(headStart(index) + from, headEnds[index]);
    int fromHead = Math.min(count, headEnds[index] - head);
    ByteBuffer rest = data[index];
    out.bytes(heads.array(), head, fromHead)
        .bytes(rest, rest.limit() - (lengths[index] - from - fromHead), count - fromHead);
  }

  private int headStart(int index) {
    return index == 0 ? 0 : headEnds[index - 1];
  }

  /** Returns the record's whole length. */
  private int putHead(KinesisClientRecord record, int dataBytes) throws ProtocolException {
    String sequenceNumber = record.sequenceNumber();
    String hashKey = record.explicitHashKey() == null ? "" : record.explicitHashKey();
    byte[] partitionKey =
        record.partitionKey() == null
            ? NO_BYTES
            : record.partitionKey().getBytes(StandardCharsets.UTF_8);
    long length =
        (long) FIXED_BYTES
            + within("sequence number", sequenceNumber.length(), 0xff)
            + within("explicit hash key", hashKey.length(), 0xff)
            + within("partition key", partitionKey.length, 0xffff)
            + dataBytes;
    if (length > Frames.MAX_RECORD_BYTES) {
      throw new ProtocolException("a record of " + length + " bytes is over the protocol's limit");
    }
    makeRoom(LENGTH_FIELD_BYTES + (int) length - dataBytes);
    heads
        .putInt((int) length)
        .put((byte) flags(record))
        .put((byte) encryption(record.encryptionType()))
        .put((byte) sequenceNumber.length())
        .put((byte) hashKey.length())
        .putShort((short) partitionKey.length)
        .putLong(record.subSequenceNumber())
        .putLong(
            record.approximateArrivalTimestamp() == null
                ? 0
                : record.approximateArrivalTimestamp().toEpochMilli());
    putAscii(sequenceNumber);
    putAscii(hashKey);
    heads.put(partitionKey);
    return LENGTH_FIELD_BYTES + (int) length;
  }

  private void makeRoom(int count) {
    if (heads.remaining() < count) {
      int used = heads.position();
      heads = ByteBuffer.wrap(Arrays.copyOf(heads.array(), 2 * (used + count))).position(used);
    }
  }

  /** Puts a text whose characters are one byte each. */
  @SuppressWarnings("deprecation") // it drops the upper bytes, which are 0, and allocates nothing
  private void putAscii(String text) {
    text.getBytes(0, text.length(), heads.array(), heads.position());
    heads.position(heads.position() + text.length());
  }

  private static int flags(KinesisClientRecord record) {
    return (record.partitionKey() == null ? 0 : HAS_PARTITION_KEY)
        | (record.explicitHashKey() == null ? 0 : HAS_EXPLICIT_HASH_KEY)
        | (record.approximateArrivalTimestamp() == null ? 0 : HAS_ARRIVAL_TIME)
        | (record.aggregated() ? FROM_AGGREGATE : 0);
  }

  private static int encryption(EncryptionType type) {
    if (type == EncryptionType.NONE) {
      return 1;
    }
    return type == EncryptionType.KMS ? 2 : 0;
  }

  private static int within(String what, int length, int limit) throws ProtocolException {
    if (length > limit) {
      throw new ProtocolException(
          "a " + what + " of " + length + " bytes is over the protocol's limit");
    }
    return length;
  }
}
