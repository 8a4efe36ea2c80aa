package io.tsmld.daemon.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * DynamoDB stream records in binary: {@code A DynamoDB stream record} of docs/protocol.md. One
 * encoder serves the records of one read, one after another, with one buffer that grows; it is not
 * for several threads.
 *
 * <p>It never fails, for the KCL would fetch and encode the same record for ever: what the SDK does
 * not know goes out as such, and Node refuses it.
 */
public final class StreamRecordEncoder {
  /** In the hello. */
  public static final String FORMAT = "dynamodb-binary";

  private static final int VERSION = 1;

  private static final int HAS_EVENT_ID = 1;
  private static final int HAS_SIZE = 2;
  private static final int HAS_USER_IDENTITY = 4;
  private static final int HAS_NEW_IMAGE = 8;
  private static final int HAS_OLD_IMAGE = 16;

  /** Where the header's fields begin that are not its first bytes. */
  private static final int SIZE = 4;

  private static final int EVENT_ID_LENGTH = 12;
  private static final int PRINCIPAL_ID_LENGTH = 16;
  private static final int IDENTITY_TYPE_LENGTH = 20;
  private static final int KEYS_LENGTH = 24;
  private static final int NEW_IMAGE_LENGTH = 28;
  private static final int OLD_IMAGE_LENGTH = 32;
  private static final int HEADER_BYTES = 36;

  private static final int UNKNOWN = 0x00;
  private static final int S = 0x01;
  private static final int N = 0x02;
  private static final int B = 0x03;
  private static final int FALSE = 0x04;
  private static final int TRUE = 0x05;
  private static final int NULL = 0x06;
  private static final int M = 0x07;
  private static final int L = 0x08;
  private static final int SS = 0x09;
  private static final int NS = 0x0a;
  private static final int BS = 0x0b;

  /** Most names and many values; longer ones the JDK's own way encodes quicker. */
  private static final int SHORT_TEXT = 24;

  private byte[] bytes = new byte[4 << 10];
  private int at;

  /**
   * The record as the KCL hands it on. It holds its bytes alone, and none of the SDK's objects: a
   * prefetched batch takes the memory that the KCL counts for it.
   */
  public KinesisClientRecord clientRecord(Record record) {
    return KinesisClientRecord.builder()
        .sequenceNumber(record.dynamodb().sequenceNumber())
        .approximateArrivalTimestamp(record.dynamodb().approximateCreationDateTime())
        .data(ByteBuffer.wrap(encode(record)))
        .build();
  }

  byte[] encode(Record record) {
    StreamRecord change = record.dynamodb();
    Identity identity = record.userIdentity();
    at = 0;
    header(record, change);
    int start = at;
    utf8(record.eventID());
    start = endPart(EVENT_ID_LENGTH, start);
    utf8(identity == null ? null : identity.principalId());
    start = endPart(PRINCIPAL_ID_LENGTH, start);
    utf8(identity == null ? null : identity.type());
    start = endPart(IDENTITY_TYPE_LENGTH, start);
    attributes(change.keys());
    start = endPart(KEYS_LENGTH, start);
    attributes(change.newImage());
    start = endPart(NEW_IMAGE_LENGTH, start);
    attributes(change.oldImage());
    endPart(OLD_IMAGE_LENGTH, start);
    return Arrays.copyOf(bytes, at);
  }

  private void header(Record record, StreamRecord change) {
    Long size = change.sizeBytes();
    boolean hasSize = size != null && size >= 0;
    reserve(HEADER_BYTES);
    u8(VERSION);
    u8(event(record.eventName()));
    u8(view(change.streamViewType()));
    u8(
        (record.eventID() == null ? 0 : HAS_EVENT_ID)
            | (hasSize ? HAS_SIZE : 0)
            | (record.userIdentity() == null ? 0 : HAS_USER_IDENTITY)
            | (change.hasNewImage() ? HAS_NEW_IMAGE : 0)
            | (change.hasOldImage() ? HAS_OLD_IMAGE : 0));
    u32At(SIZE, hasSize ? (int) (size >>> Integer.SIZE) : 0);
    u32At(SIZE + 4, hasSize ? size.intValue() : 0);
    at = HEADER_BYTES;
  }

  private static int event(OperationType name) {
    if (name == null) {
      return 0;
    }
    return switch (name) {
      case INSERT -> 1;
      case MODIFY -> 2;
      case REMOVE -> 3;
      case UNKNOWN_TO_SDK_VERSION -> 0;
    };
  }

  private static int view(StreamViewType type) {
    if (type == null) {
      return 0;
    }
    return switch (type) {
      case NEW_AND_OLD_IMAGES -> 1;
      case NEW_IMAGE -> 2;
      case OLD_IMAGE -> 3;
      case KEYS_ONLY -> 4;
      case UNKNOWN_TO_SDK_VERSION -> 0;
    };
  }

  private void attributes(Map<String, AttributeValue> attributes) {
    attributes.forEach(this::attribute);
  }

  private void attribute(String name, AttributeValue value) {
    text(name);
    value(value);
  }

  private void value(AttributeValue value) {
    reserve(1);
    switch (value.type()) {
      case S -> {
        u8(S);
        text(value.s());
      }
      case N -> {
        u8(N);
        text(value.n());
      }
      case B -> {
        u8(B);
        binary(value.b());
      }
      case BOOL -> u8(value.bool() ? TRUE : FALSE);
      case NUL -> u8(NULL);
      case M -> {
        int start = begin(M);
        attributes(value.m());
        end(start);
      }
      case L -> {
        int start = begin(L);
        value.l().forEach(this::value);
        end(start);
      }
      case SS -> texts(SS, value.ss());
      case NS -> texts(NS, value.ns());
      case BS -> {
        int start = begin(BS);
        value.bs().forEach(this::binary);
        end(start);
      }
      case UNKNOWN_TO_SDK_VERSION -> u8(UNKNOWN);
    }
  }

  private void texts(int tag, List<String> texts) {
    int start = begin(tag);
    texts.forEach(this::text);
    end(start);
  }

  /** A content whose length is known at its end only; returns where it starts. */
  private int begin(int tag) {
    reserve(5);
    u8(tag);
    at += 4;
    return at;
  }

  private void end(int start) {
    u32At(start - 4, at - start);
  }

  /** Sets a part's length in the header; returns where the next one starts. */
  private int endPart(int lengthAt, int start) {
    u32At(lengthAt, at - start);
    return at;
  }

  private void text(String text) {
    if (text.length() > SHORT_TEXT || !shortAscii(text)) {
      put(text.getBytes(StandardCharsets.UTF_8), true);
    }
  }

  /** Without an array of its own; false, and nothing written, where it is not ASCII. */
  private boolean shortAscii(String text) {
    int length = text.length();
    reserve(4 + length);
    byte[] to = bytes;
    int start = at + 4;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return false;
      }
      to[start + i] = (byte) c;
    }
    u32At(at, length);
    at = start + length;
    return true;
  }

  private void binary(SdkBytes value) {
    put(value.asByteArrayUnsafe(), true);
  }

  private void utf8(String text) {
    if (text != null) {
      put(text.getBytes(StandardCharsets.UTF_8), false);
    }
  }

  private void put(byte[] content, boolean withLength) {
    reserve(4 + content.length);
    if (withLength) {
      u32At(at, content.length);
      at += 4;
    }
    System.arraycopy(content, 0, bytes, at, content.length);
    at += content.length;
  }

  private void u8(int value) {
    bytes[at++] = (byte) value;
  }

  private void u32At(int index, int value) {
    bytes[index] = (byte) (value >>> 24);
    bytes[index + 1] = (byte) (value >>> 16);
    bytes[index + 2] = (byte) (value >>> 8);
    bytes[index + 3] = (byte) value;
  }

  private void reserve(int more) {
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
    }
  }
}
