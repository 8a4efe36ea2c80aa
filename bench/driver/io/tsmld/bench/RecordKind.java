package io.tsmld.bench;

import com.amazonaws.services.dynamodbv2.streamsadapter.adapter.DynamoDBStreamsClientRecord;
import io.tsmld.daemon.wire.StreamRecordEncoder;
import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** What the records are, and how the daemon says so in its hello. */
enum RecordKind {
  KINESIS("kinesis") {
    @Override
    List<KinesisClientRecord> batch(int number, int count, int bytes) {
      return KinesisBatches.batch(number, count, bytes);
    }
  },
  /** A stream record as the adapter's JSON: tsmld's first version, and the stock daemon. */
  DYNAMODB_JSON("dynamodb-json") {
    @Override
    List<KinesisClientRecord> batch(int number, int count, int bytes) {
      return DynamodbBatches.batch(number, count, bytes, DynamoDBStreamsClientRecord::fromRecord);
    }
  },
  /** A stream record in the daemon's binary form. */
  DYNAMODB_BINARY(StreamRecordEncoder.FORMAT) {
    @Override
    List<KinesisClientRecord> batch(int number, int count, int bytes) {
      return DynamodbBatches.batch(number, count, bytes, new StreamRecordEncoder()::clientRecord);
    }
  };

  private final String format;

  RecordKind(String format) {
    this.format = format;
  }

  static RecordKind of(String format) {
    for (RecordKind kind : values()) {
      if (kind.format.equals(format)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no record format " + format);
  }

  String format() {
    return format;
  }

  /** The batch of that number: its sequence numbers follow those of the one before. */
  abstract List<KinesisClientRecord> batch(int number, int count, int bytes);
}
