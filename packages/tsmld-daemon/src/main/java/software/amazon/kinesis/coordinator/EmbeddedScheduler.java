package software.amazon.kinesis.coordinator;

import io.tsmld.daemon.stream.GuardedLeases;
import io.tsmld.daemon.stream.SchedulerParts;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
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
 * The KCL's scheduler with six changes, of which three stand elsewhere: the leader's {@link
 * LeaderTerm}, the {@link GuardedLeases}, and the watch over its {@link Chores}. It stands in this
 * package because {@code shouldInitiateLeaseSync} and {@code runProcessLoop} are package-private.
 *
 * <p>A processor is told which holding of a lease it serves: the KCL's own factory knows the stream
 * only, and the lease may have been lost and regained before {@code initialize} could ask.
 */
public class EmbeddedScheduler extends Scheduler {
  private final Function<ShardInfo, ShardRecordProcessor> processors;
  private final Consumer<ShardInfo> onShutDown;
  private final BiConsumer<String, Throwable> onChoreEnded;
  private final boolean fastStart;
  private final List<ClosingLeaderDecider> deciders = new CopyOnWriteArrayList<>();
  private final Chores chores = new Chores(this, deciders);

  /**
   * @param onShutDown is given each shard whose consumer is shut down and not yet cleared away,
   *     about once a second
   * @param onChoreEnded is given what the KCL does in the background and does no more, and the
   *     error that ended it, also about once a second
   */
  public EmbeddedScheduler(
      SchedulerParts parts,
      Function<ShardInfo, ShardRecordProcessor> processors,
      Consumer<ShardInfo> onShutDown,
      BiConsumer<String, Throwable> onChoreEnded,
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
    this.onChoreEnded = onChoreEnded;
    this.fastStart = fastStart;
    LeaderTerm.of(parts.leaseManagement().failoverTimeMillis()).apply(this, parts, deciders::add);
  }

  /** Is given no more leases once its row in {@code APP-WorkerMetricStats} is gone, too. */
  public void stopReporting() {
    WorkerReports.stop(this);
  }

  /**
   * Hands out no lease any more, to itself neither; nobody else does before this worker stops
   * leading. Asks no table.
   */
  public void stopAssigning() {
    deciders.forEach(ClosingLeaderDecider::stopAssigning);
  }

  /** Lets another lead at once instead of when the lock expires. */
  public void stopLeading() {
    LeaderDecider current = leaderDecider();
    if (current != null) {
      current.shutdown();
    }
    deciders.forEach(LeaderDecider::shutdown); // of a start that failed the scheduler knows none
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
    chores.look(onChoreEnded);
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
