package io.tsmld.bench;

import java.util.List;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** One shard's way to its consumer. All calls come from the shard's own thread, as the KCL's do. */
interface Feed {
  void begin() throws Exception;

  /** Returns when the consumer has processed the batch. */
  void deliver(List<KinesisClientRecord> batch) throws Exception;

  /** Takes the lease away; the consumer is done with the shard when it returns. */
  void end() throws Exception;
}
