package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

class RecordEncoderTest {
  @Test
  void knowsATextsLengthInUtf8WithoutEncodingIt() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(8); i > 0; i--) {
        int kind = random.nextInt(5);
        text.append(
            (char)
                (kind == 0
                    ? random.nextInt(0x80)
                    : kind == 1
                        ? random.nextInt(0x800)
                        : kind == 2 ? 0xd800 + random.nextInt(0x800) : random.nextInt(0x10000)));
      }
      String value = text.toString();
      assertEquals(value.getBytes(StandardCharsets.UTF_8).length, RecordEncoder.utf8Length(value));
    }
  }

  @Test
  void refusesARecordThatTheProtocolCannotCarry() {
    KinesisClientRecord record =
        KinesisClientRecord.builder()
            .sequenceNumber("1")
            .data(ByteBuffer.allocate(Frames.MAX_RECORD_BYTES))
            .build();
    assertThrows(ProtocolException.class, () -> RecordEncoder.length(record));
  }
}
