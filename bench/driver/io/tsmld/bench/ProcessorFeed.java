package io.tsmld.bench;

import java.lang.reflect.Proxy;
import java.util.List;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Calls a KCL record processor as the KCL does. */
abstract class ProcessorFeed implements Feed {
  /** Saves every checkpoint at once: no lease table is part of what is measured. */
  private static final RecordProcessorCheckpointer CHECKPOINTER =
      (RecordProcessorCheckpointer)
          Proxy.newProxyInstance(
              ProcessorFeed.class.getClassLoader(),
              new Class<?>[] {RecordProcessorCheckpointer.class},
              (proxy, method, arguments) -> null);

  private final ShardRecordProcessor processor;
  private final String shardId;

  ProcessorFeed(ShardRecordProcessor processor, String shardId) {
    this.processor = processor;
    this.shardId = shardId;
  }

  @Override
  public void begin() {
    processor.initialize(
        InitializationInput.builder()
            .shardId(shardId)
            .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
            .build());
  }

  @Override
  public void deliver(List<KinesisClientRecord> batch) {
    processor.processRecords(
        ProcessRecordsInput.builder()
            .records(batch)
            .millisBehindLatest(0L)
            .checkpointer(CHECKPOINTER)
            .build());
  }

  /** Ends it as a worker that stops does; a child process lives on until its connection ends. */
  final void requestShutdown() {
    processor.shutdownRequested(
        ShutdownRequestedInput.builder().checkpointer(CHECKPOINTER).build());
  }

  @Override
  public void end() {
    processor.leaseLost(LeaseLostInput.builder().build());
  }
}
