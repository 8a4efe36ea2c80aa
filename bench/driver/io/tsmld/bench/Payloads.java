package io.tsmld.bench;

import java.util.SplittableRandom;

/** Bytes without one value, which consumers look for: so they read all of them. */
final class Payloads {
  /** In no payload; {@code bench/consumers/absent-byte.ts} has it too. */
  static final byte ABSENT = (byte) 0xff;

  private Payloads() {}

  static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    for (int i = 0; i < length; i++) {
      if (bytes[i] == ABSENT) {
        bytes[i] = 0;
      }
    }
    return bytes;
  }
}
