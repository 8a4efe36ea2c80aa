package io.tsmld.bench;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.commons.beanutils.BeanUtilsBean;
import org.apache.commons.beanutils.ConvertUtilsBean;
import software.amazon.kinesis.multilang.MultiLangRecordProcessorFactory;
import software.amazon.kinesis.multilang.config.MultiLangDaemonConfiguration;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * AWS's own way: the MultiLangDaemon's record processor, unmodified, with a child process. Any
 * failure makes it end this process, which the harness then tells.
 */
final class StockFeed extends ProcessorFeed {
  /** The MultiLangDaemon's own executor is of this kind. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "multi-lang-daemon");
            thread.setDaemon(true);
            return thread;
          });

  private final Map<List<KinesisClientRecord>, List<KinesisClientRecord>> own =
      new IdentityHashMap<>();

  private final boolean endsByShutdown;

  /**
   * @param endsByShutdown whether the consumer knows no {@code leaseLost}, being of KCL 1's time
   */
  StockFeed(String shardId, String executable, boolean endsByShutdown) {
    super(
        new MultiLangRecordProcessorFactory(executable, THREADS, configuration())
            .shardRecordProcessor(),
        shardId);
    this.endsByShutdown = endsByShutdown;
  }

  /** The MultiLangDaemon reads the data's buffers to their ends: so they are this shard's own. */
  @Override
  public void deliver(List<KinesisClientRecord> batch) {
    List<KinesisClientRecord> records = own.computeIfAbsent(batch, StockFeed::withOwnBuffers);
    records.forEach(record -> record.data().rewind());
    super.deliver(records);
  }

  @Override
  public void end() {
    if (endsByShutdown) {
      requestShutdown();
    } else {
      super.end();
    }
  }

  private static List<KinesisClientRecord> withOwnBuffers(List<KinesisClientRecord> batch) {
    return batch.stream()
        .map(record -> record.toBuilder().data(record.data().duplicate()).build())
        .toList();
  }

  /** The protocol reads no more of it than the timeout, which is not set. */
  private static MultiLangDaemonConfiguration configuration() {
    return new MultiLangDaemonConfiguration(new BeanUtilsBean(), new ConvertUtilsBean());
  }
}
