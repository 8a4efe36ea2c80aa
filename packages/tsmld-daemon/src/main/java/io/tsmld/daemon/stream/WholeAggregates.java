package io.tsmld.daemon.stream;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Takes KPL aggregates apart as the KCL does, and passes on as it is one that the KCL fails on.
 *
 * <p>Where an aggregate with a right checksum names a key that its tables have not got, or a hash
 * key that is no number, the KCL 3.1.3 logs its content by a class that only Java 8 has: an Error,
 * which ends the stream's scheduler, at the same record again and again.
 */
final class WholeAggregates extends AggregatorUtil {
  private static final Logger LOG = LoggerFactory.getLogger(WholeAggregates.class);

  @Override
  public List<KinesisClientRecord> deaggregate(
      List<KinesisClientRecord> records, BigInteger startingHashKey, BigInteger endingHashKey) {
    try {
      return super.deaggregate(records, startingHashKey, endingHashKey);
    } catch (RuntimeException | LinkageError e) {
      return oneByOne(records, startingHashKey, endingHashKey);
    }
  }

  private List<KinesisClientRecord> oneByOne(
      List<KinesisClientRecord> records, BigInteger startingHashKey, BigInteger endingHashKey) {
    List<KinesisClientRecord> result = new ArrayList<>();
    for (KinesisClientRecord record : records) {
      record.data().rewind(); // The KCL leaves the buffer of an aggregate at its end.
      try {
        result.addAll(super.deaggregate(List.of(record), startingHashKey, endingHashKey));
      } catch (RuntimeException | LinkageError e) {
        LOG.warn(
            "The record {} begins as a KPL aggregate, but cannot be taken apart: it is passed on"
                + " as it is.",
            record.sequenceNumber());
        record.data().rewind();
        result.add(record);
      }
    }
    return result;
  }
}
