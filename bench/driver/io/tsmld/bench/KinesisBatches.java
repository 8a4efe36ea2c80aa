package io.tsmld.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Kinesis records as the SDK and the KCL make them. */
final class KinesisBatches {
  /** With 16 more digits, as long as those of Kinesis: 56. */
  private static final String PREFIX = "4959033827149025660855969253836157109592";

  private static final Instant ARRIVAL = Instant.parse("2026-11-24T00:00:00Z");

  private KinesisBatches() {}

  static List<KinesisClientRecord> batch(int number, int count, int bytes) {
    List<KinesisClientRecord> batch = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long id = (long) number * count + i;
      Record record =
          Record.builder()
              .sequenceNumber(PREFIX + String.format("%016d", id))
              .partitionKey(String.format("user-%011d", id))
              .approximateArrivalTimestamp(ARRIVAL.plusMillis(id))
              .data(SdkBytes.fromByteArrayUnsafe(Payloads.random(bytes, id)))
              .build();
      batch.add(KinesisClientRecord.fromRecord(record));
    }
    return batch;
  }
}
