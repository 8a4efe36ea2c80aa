package io.tsmld.daemon.session;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.kinesis.checkpoint.ShardRecordProcessorCheckpointer;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.processor.Checkpointer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** The KCL's own checkpointer of one shard, over a lease table in memory. */
final class FakeCheckpoints {
  final List<ExtendedSequenceNumber> made = new CopyOnWriteArrayList<>();
  final ShardRecordProcessorCheckpointer checkpointer;

  /** Thrown by the next checkpoints, while it is not null. */
  volatile Exception failure;

  FakeCheckpoints() {
    Checkpointer table =
        (Checkpointer)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Checkpointer.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("setCheckpoint")) {
                    if (failure != null) {
                      throw failure;
                    }
                    made.add((ExtendedSequenceNumber) arguments[1]);
                  }
                  return null;
                });
    ShardInfo shard =
        new ShardInfo(
            "shardId-000000000007", "lease-1", List.of(), ExtendedSequenceNumber.TRIM_HORIZON);
    checkpointer = new ShardRecordProcessorCheckpointer(shard, table);
    checkpointer.setInitialCheckpointValue(ExtendedSequenceNumber.TRIM_HORIZON);
    checkpointer.largestPermittedCheckpointValue(ExtendedSequenceNumber.TRIM_HORIZON);
  }

  /** As the KCL does before it hands a batch on. */
  FakeCheckpoints delivered(String sequenceNumber) {
    checkpointer.largestPermittedCheckpointValue(new ExtendedSequenceNumber(sequenceNumber, 0L));
    return this;
  }

  /** As the KCL does before shardEnded. */
  FakeCheckpoints atEnd() {
    checkpointer.largestPermittedCheckpointValue(ExtendedSequenceNumber.SHARD_END);
    return this;
  }
}
