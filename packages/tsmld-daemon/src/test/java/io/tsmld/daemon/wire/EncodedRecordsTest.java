package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

class EncodedRecordsTest {
  @Test
  void refusesARecordThatTheProtocolCannotCarry() {
    KinesisClientRecord record =
        KinesisClientRecord.builder()
            .sequenceNumber("1")
            .data(ByteBuffer.allocate(Frames.MAX_RECORD_BYTES))
            .build();
    assertThrows(ProtocolException.class, () -> new EncodedRecords(List.of(record)));
  }
}
