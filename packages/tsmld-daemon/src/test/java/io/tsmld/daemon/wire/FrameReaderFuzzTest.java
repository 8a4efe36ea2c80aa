package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A short form of the fuzzing, the same inputs every time: the vectors, changed. */
class FrameReaderFuzzTest {
  private static final int INPUTS = 60_000;
  private static final long SEED = 20_261;
  private static final int MAX_SEED_BYTES = 4_096;

  @Test
  void changedVectorsAreMessagesOrAnErrorOfOurs() {
    List<byte[]> seeds =
        Vectors.of("toDaemon").stream()
            .map(vector -> Vectors.bytes(vector.path("bytes")))
            .filter(bytes -> bytes.length <= MAX_SEED_BYTES)
            .toList();
    Random random = new Random(SEED);
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = seeds.get(random.nextInt(seeds.size()));
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        input = change(input, seeds.get(random.nextInt(seeds.size())), random);
      }
      byte[] changed = input;
      assertDoesNotThrow(
          () -> FrameReaderFuzz.fuzzerTestOneInput(changed), "input " + i + " of seed " + SEED);
    }
  }

  private static byte[] change(byte[] input, byte[] other, Random random) {
    int at = random.nextInt(input.length + 1);
    return switch (random.nextInt(5)) {
      case 0 -> withByte(input, at, (byte) random.nextInt(256));
      case 1 ->
          withByte(
              input, at, (byte) new int[] {0, 1, 0x22, 0x5c, 0x7f, 0x80, 0xff}[random.nextInt(7)]);
      case 2 -> joined(input, at, other, 0, other.length);
      case 3 ->
          joined(
              input, at, input, Math.min(input.length, at + 1 + random.nextInt(8)), input.length);
      default -> joined(input, at, other, random.nextInt(other.length + 1), other.length);
    };
  }

  private static byte[] withByte(byte[] input, int at, byte value) {
    byte[] changed = input.clone();
    if (at < changed.length) {
      changed[at] = value;
    }
    return changed;
  }

  /** The beginning of one with a piece of the other behind it. */
  private static byte[] joined(byte[] one, int end, byte[] other, int from, int to) {
    byte[] joined = new byte[end + to - from];
    System.arraycopy(one, 0, joined, 0, end);
    System.arraycopy(other, from, joined, end, to - from);
    return joined.length <= MAX_SEED_BYTES ? joined : other;
  }
}
