package io.tsmld.daemon.session;

import io.tsmld.daemon.wire.NodeMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.checkpoint.ShardRecordProcessorCheckpointer;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Serves one shard's checkpoints. The KCL's checkpointer is one object for as long as the lease is
 * held, and its methods are synchronized: it may be used between actions and from the session's own
 * thread.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private final RecordProcessorCheckpointer checkpointer;
  private volatile boolean leaseGone;

  Checkpoints(RecordProcessorCheckpointer checkpointer) {
    this.checkpointer = checkpointer;
  }

  /** Checkpoints; returns null, or the simple name of what was thrown, as the MLD does. */
  String serve(NodeMessage.Checkpoint asked) {
    try {
      if (asked.sequenceNumber() == null) {
        checkpointer.checkpoint();
      } else {
        checkpointer.checkpoint(asked.sequenceNumber(), asked.subSequenceNumber());
      }
      return null;
    } catch (Throwable t) {
      leaseGone |= t instanceof ShutdownException;
      LOG.info("A checkpoint failed: {}", t.toString());
      return t.getClass().getSimpleName();
    }
  }

  /**
   * Whether a status of shardEnded is right now: its end is checkpointed, or Node was told that the
   * lease is gone.
   */
  boolean endsShard() {
    return leaseGone || atShardEnd();
  }

  /** Whether Node was told that the lease is gone. */
  boolean leaseGone() {
    return leaseGone;
  }

  boolean atShardEnd() {
    return checkpointer instanceof ShardRecordProcessorCheckpointer shard
        && ExtendedSequenceNumber.SHARD_END.equals(shard.lastCheckpointValue());
  }
}
