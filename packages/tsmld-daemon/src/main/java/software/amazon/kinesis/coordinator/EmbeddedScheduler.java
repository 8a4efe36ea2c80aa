package software.amazon.kinesis.coordinator;

import io.tsmld.daemon.stream.GuardedLeases;
import io.tsmld.daemon.stream.SchedulerParts;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.kinesis.leases.LeaseCleanupManager;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.lifecycle.ShardConsumer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

/**
 * The KCL's scheduler with five changes, of which two stand elsewhere: the leader's {@link
 * LeaderTerm}, and the {@link GuardedLeases}. It stands in this package because {@code
 * shouldInitiateLeaseSync} and {@code runProcessLoop} are package-private.
 *
 * <p>A processor is told which holding of a lease it serves: the KCL's own factory knows the stream
 * only, and the lease may have been lost and regained before {@code initialize} could ask.
 */
public class EmbeddedScheduler extends Scheduler {
  private final Function<ShardInfo, ShardRecordProcessor> processors;
  private final Consumer<ShardInfo> onShutDown;
  private final boolean fastStart;

  /**
   * @param onShutDown is given each shard whose consumer is shut down and not yet cleared away,
   *     about once a second
   */
  public EmbeddedScheduler(
      SchedulerParts parts,
      Function<ShardInfo, ShardRecordProcessor> processors,
      Consumer<ShardInfo> onShutDown,
      boolean fastStart) {
    super(
        parts.checkpoint(),
        parts.coordinator(),
        GuardedLeases.in(parts.leaseManagement()),
        parts.lifecycle(),
        parts.metrics(),
        parts.processor(),
        parts.retrieval());
    this.processors = processors;
    this.onShutDown = onShutDown;
    this.fastStart = fastStart;
    LeaderTerm.of(parts.leaseManagement().failoverTimeMillis()).apply(this, parts);
  }

  /** Is given no more leases once its row in {@code APP-WorkerMetricStats} is gone, too. */
  public void stopReporting() {
    WorkerReports.stop(this);
  }

  @Override
  protected ShardConsumer buildConsumer(
      ShardInfo shardInfo,
      ShardRecordProcessorFactory unused,
      LeaseCleanupManager leaseCleanupManager) {
    ShardRecordProcessor processor = processors.apply(shardInfo);
    return super.buildConsumer(shardInfo, () -> processor, leaseCleanupManager);
  }

  @Override
  void runProcessLoop() {
    shardInfoShardConsumerMap()
        .forEach(
            (shard, consumer) -> {
              if (consumer.isShutdown()) {
                onShutDown.accept(shard);
              }
            });
    super.runProcessLoop();
  }

  /** Without the KCL's random wait of 1 to 30 s, which keeps many workers from starting at once. */
  @Override
  boolean shouldInitiateLeaseSync()
      throws InterruptedException,
          DependencyException,
          ProvisionedThroughputException,
          InvalidStateException {
    return fastStart ? leaseRefresher().isLeaseTableEmpty() : super.shouldInitiateLeaseSync();
  }
}
