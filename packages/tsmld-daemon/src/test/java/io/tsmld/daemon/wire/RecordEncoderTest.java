package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

class RecordEncoderTest {
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
