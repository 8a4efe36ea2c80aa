package io.tsmld.daemon.session;

import io.tsmld.daemon.wire.FrameWriter;
import io.tsmld.daemon.wire.Messages;
import io.tsmld.daemon.wire.NodeMessage;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * One shard's conversation with Node. The KCL's thread performs actions, one after another, each
 * until its status; the session's own thread connects, reads, and serves checkpoints at any time.
 *
 * <p>The KCL interrupts its threads only at a scheduler's final shutdown, after its sessions ended;
 * an interrupted write closes the channel, which is then a failed session like any other.
 */
public final class Session implements Conversation.Handler {
  private static final long CONNECT_TIMEOUT_MS = 10_000;

  /** How long Node may take to close after its last status, before this side does. */
  private static final long LINGER_MS = 5_000;

  private static final long LAST_WORDS_MS = 200;

  private final ShardLease lease;
  private final SessionConfig config;
  private final Conversation conversation;
  private final Consumer<String> onFailure;
  private final SessionProgress progress = new SessionProgress();

  private volatile FrameWriter writer;

  /** Set by the KCL's thread alone, before the action of the first checkpointer. */
  private volatile Checkpoints checkpoints;

  private volatile boolean losingSaid;

  /**
   * @param onFailure told once, with the reason, when the session ends before its shard does;
   *     called on any thread, holding no lock
   */
  public Session(
      ShardLease lease, SessionConfig config, Connector connector, Consumer<String> onFailure) {
    this.lease = lease;
    this.config = config;
    this.conversation = new Conversation(connector, hello(lease, config), this);
    this.onFailure = onFailure;
  }

  /** Connects, says hello and initializes the shard in Node. */
  public void initialize(ExtendedSequenceNumber from) throws SessionFailure {
    conversation.start("session-" + lease.shardId());
    await(() -> writer != null, CONNECT_TIMEOUT_MS, "Node could not be reached");
    perform("initialize", w -> w.message(Messages.initialize(lease.shardId(), from)));
  }

  public void processRecords(
      List<KinesisClientRecord> records,
      Long millisBehindLatest,
      boolean atShardEnd,
      RecordProcessorCheckpointer checkpointer)
      throws SessionFailure {
    use(checkpointer);
    perform("processRecords", w -> w.batch(records, millisBehindLatest, atShardEnd));
  }

  public void shutdownRequested(RecordProcessorCheckpointer checkpointer) throws SessionFailure {
    use(checkpointer);
    perform("shutdownRequested", w -> w.message(Messages.plain("shutdownRequested")));
  }

  /**
   * Ends the shard. Node must have checkpointed its end before the status, except when it was told
   * that the lease is gone: then the KCL ends the shard as a lost lease, and the session stays open
   * for it.
   */
  public void shardEnded(RecordProcessorCheckpointer checkpointer) throws SessionFailure {
    use(checkpointer);
    perform("shardEnded", w -> w.message(Messages.plain("shardEnded")));
    if (!progress.over()) {
      failAndThrow("shardEnded was answered without a checkpoint of the shard's end");
    }
    if (checkpoints.atShardEnd()) {
      Reaper.after(LINGER_MS, conversation::close);
    }
  }

  public void leaseLost() throws SessionFailure {
    losingSaid = true;
    perform("leaseLost", w -> w.message(Messages.plain("leaseLost")));
    Reaper.after(LINGER_MS, conversation::close);
  }

  /** Ends the session from this side, as failed, unless it has ended. */
  public void fail(String reason) {
    if (progress.fail(reason)) {
      conversation.close();
      onFailure.accept(reason);
    }
  }

  /**
   * Whether there is nothing more to say: leaseLost was answered, the shard ended, or the session
   * failed.
   */
  boolean over() {
    return progress.over();
  }

  private void perform(String action, Send send) throws SessionFailure {
    progress.begin(action);
    try {
      send.to(writer);
    } catch (IOException e) {
      // What Node sent before it closed says more: a refusal, mostly.
      progress.awaitEnd(LAST_WORDS_MS);
      fail(action + " could not be sent: " + Conversation.words(e));
    }
    await(() -> !progress.acting(), config.actionTimeoutMs(), "Node did not answer " + action);
  }

  /** Waits, and looks after the lease meanwhile. A limit of 0 is none. */
  private void await(BooleanSupplier condition, long limitMs, String onTimeout)
      throws SessionFailure {
    long start = System.nanoTime();
    while (true) {
      long elapsedMs = (System.nanoTime() - start) / 1_000_000;
      long left = limitMs > 0 ? limitMs - elapsedMs : config.leaseCheckMs();
      try {
        if (progress.reached(condition, Math.min(config.leaseCheckMs(), left))) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failAndThrow("the KCL interrupted the session");
      }
      if (left <= 0) {
        failAndThrow(onTimeout + " within " + limitMs + " ms");
      }
      // Nothing may be said before initialize: not while the session still connects.
      boolean look = elapsedMs >= config.leaseCheckMs() && !losingSaid && progress.acting();
      if (look && !lease.held()) {
        sayLosing();
      }
    }
  }

  private void failAndThrow(String reason) throws SessionFailure {
    fail(reason);
    throw new SessionFailure(reason);
  }

  private void sayLosing() {
    losingSaid = true;
    lease.forget();
    try {
      writer.message(Messages.plain("leaseLosing"));
    } catch (IOException e) {
      // The reading thread meets the same end and says it.
    }
  }

  private void use(RecordProcessorCheckpointer checkpointer) {
    if (checkpoints == null) {
      checkpoints = new Checkpoints(checkpointer);
    }
  }

  @Override
  public void connected(FrameWriter opened) {
    writer = opened;
    progress.changed();
  }

  @Override
  public void ended(String reason) {
    fail(reason);
    progress.close();
  }

  @Override
  public void received(NodeMessage message) throws IOException {
    if (message instanceof NodeMessage.Status status) {
      finish(status.responseFor());
    } else if (message instanceof NodeMessage.Checkpoint asked) {
      checkpoint(asked);
    } else if (message instanceof NodeMessage.Refusal refusal) {
      fail("Node refused the session: " + refusal.reason());
    }
  }

  private void checkpoint(NodeMessage.Checkpoint asked) throws IOException {
    if (progress.failed()) {
      return;
    }
    if (!progress.initialized()) {
      fail("Node asked for a checkpoint before the status of initialize");
      return;
    }
    Checkpoints current = checkpoints;
    // Before the first batch there is nothing to checkpoint and no position to ask for.
    String nothingYet = asked.sequenceNumber() == null ? null : "IllegalArgumentException";
    String error = current == null ? nothingYet : current.serve(asked);
    if (current != null && current.leaseGone()) {
      lease.forget(); // first: what Node hears must be so
    }
    writer.message(Messages.checkpointed(asked, error));
  }

  private void finish(String action) {
    if (!progress.answer(action, () -> isLast(action))) {
      fail("Node sent a status for " + action + " while " + progress.awaited() + " was awaited");
    }
  }

  private boolean isLast(String action) {
    return action.equals("leaseLost") || (action.equals("shardEnded") && checkpoints.endsShard());
  }

  private static String hello(ShardLease lease, SessionConfig config) {
    return Messages.hello(
        config.token(),
        config.stream(),
        lease.shardId(),
        lease.leaseId(),
        config.recordFormat(),
        System.currentTimeMillis());
  }

  @FunctionalInterface
  private interface Send {
    void to(FrameWriter writer) throws IOException;
  }
}
