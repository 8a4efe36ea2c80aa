package io.tsmld.daemon.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** One record as bytes: its fixed part, its sequence number, its keys, its data. */
public final class RecordEncoder {
  /** Flags, encryption type, three lengths, sub-sequence number, arrival time. */
  static final int FIXED_BYTES = 22;

  static final int LENGTH_FIELD_BYTES = 4;

  private static final int HAS_PARTITION_KEY = 1;
  private static final int HAS_EXPLICIT_HASH_KEY = 2;
  private static final int HAS_ARRIVAL_TIME = 4;
  private static final int FROM_AGGREGATE = 8;

  private static final ByteBuffer NO_DATA = ByteBuffer.allocate(0);

  private RecordEncoder() {}

  /** The whole encoded length, the length field included. */
  static int length(KinesisClientRecord record) throws ProtocolException {
    long length =
        (long) LENGTH_FIELD_BYTES
            + FIXED_BYTES
            + within("sequence number", record.sequenceNumber().length(), 0xff)
            + within("explicit hash key", orEmpty(record.explicitHashKey()).length(), 0xff)
            + within("partition key", utf8(orEmpty(record.partitionKey())).length, 0xffff)
            + data(record).remaining();
    if (length - LENGTH_FIELD_BYTES > Frames.MAX_RECORD_BYTES) {
      throw new ProtocolException("a record of " + length + " bytes is over the protocol's limit");
    }
    return (int) length;
  }

  /** Writes the whole record; {@code length} is {@link #length}. */
  static void write(KinesisClientRecord record, int length, FrameOutput out) throws IOException {
    putFixed(record, length, out.room(LENGTH_FIELD_BYTES + FIXED_BYTES));
    out.ascii(record.sequenceNumber())
        .ascii(orEmpty(record.explicitHashKey()))
        .bytes(utf8(orEmpty(record.partitionKey())))
        .bytes(data(record));
  }

  /** Everything before the data, the length field included, for a record that is sent in parts. */
  static ByteBuffer head(KinesisClientRecord record, int length) {
    ByteBuffer head = ByteBuffer.allocate(length - data(record).remaining());
    putFixed(record, length, head);
    return head.put(utf8(record.sequenceNumber()))
        .put(utf8(orEmpty(record.explicitHashKey())))
        .put(utf8(orEmpty(record.partitionKey())))
        .flip();
  }

  /** The record's own buffer: it must be read without moving its position. */
  static ByteBuffer data(KinesisClientRecord record) {
    return record.data() == null ? NO_DATA : record.data();
  }

  private static void putFixed(KinesisClientRecord record, int length, ByteBuffer to) {
    to.putInt(length - LENGTH_FIELD_BYTES)
        .put((byte) flags(record))
        .put((byte) encryption(record.encryptionType()))
        .put((byte) record.sequenceNumber().length())
        .put((byte) orEmpty(record.explicitHashKey()).length())
        .putShort((short) partitionKeyBytes(record, length))
        .putLong(record.subSequenceNumber())
        .putLong(
            record.approximateArrivalTimestamp() == null
                ? 0
                : record.approximateArrivalTimestamp().toEpochMilli());
  }

  /** What the other fields leave of the whole: both numbers are ASCII. */
  private static int partitionKeyBytes(KinesisClientRecord record, int length) {
    return length
        - LENGTH_FIELD_BYTES
        - FIXED_BYTES
        - record.sequenceNumber().length()
        - orEmpty(record.explicitHashKey()).length()
        - data(record).remaining();
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

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int within(String what, int length, int limit) throws ProtocolException {
    if (length > limit) {
      throw new ProtocolException(
          "a " + what + " of " + length + " bytes is over the protocol's limit");
    }
    return length;
  }
}
