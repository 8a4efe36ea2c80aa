package io.tsmld.daemon.wire;

import java.nio.charset.StandardCharsets;

/** The constants of the frames codec; {@code docs/protocol.md} is their specification. */
public final class Frames {
  /** The first seven bytes of a connection; the version follows. */
  public static final byte[] MAGIC = "TSMLDFR".getBytes(StandardCharsets.US_ASCII);

  public static final byte VERSION = 1;

  /** Length (u32) and kind (u8). */
  public static final int HEADER_BYTES = 5;

  public static final int MAX_PAYLOAD_BYTES = 1 << 20;

  /** The greatest value of a record's length field. */
  public static final int MAX_RECORD_BYTES = 16 << 20;

  public static final int HELLO = 0x01;
  public static final int MESSAGE = 0x02;
  public static final int BATCH_START = 0x03;
  public static final int RECORDS = 0x04;
  public static final int RECORD_PART = 0x05;
  public static final int BATCH_END = 0x06;
  public static final int REFUSAL = 0x10;

  /** Kinds from here on belong to later versions and are skipped. */
  public static final int FIRST_RESERVED = 0x80;

  private Frames() {}
}
