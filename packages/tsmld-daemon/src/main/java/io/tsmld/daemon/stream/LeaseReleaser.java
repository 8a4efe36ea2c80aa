package io.tsmld.daemon.stream;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Lets leases go. Dropping alone only forgets a lease: this worker would find it again by its row.
 * Evicting alone leaves it held until its next renewal fails. So both, the drop first.
 */
final class LeaseReleaser {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseReleaser.class);

  private final LeaseCoordinator coordinator;
  private final Supplier<String> nextPeer;

  /**
   * @param nextPeer another live worker, or null
   */
  LeaseReleaser(LeaseCoordinator coordinator, Supplier<String> nextPeer) {
    this.coordinator = coordinator;
    this.nextPeer = nextPeer;
  }

  boolean held(String leaseKey, String token) {
    Lease lease = coordinator.getCurrentlyHeldLease(leaseKey);
    return lease != null && token.equals(lease.concurrencyToken().toString());
  }

  /** In memory only: the KCL then ends this holding, and finds the lease again by its row. */
  void forget(String leaseKey, String token) {
    Lease held = coordinator.getCurrentlyHeldLease(leaseKey);
    if (held != null && !token.equals(held.concurrencyToken().toString())) {
      return; // taken up anew meanwhile: that holding is another session's
    }
    Lease dropped = new Lease();
    dropped.leaseKey(leaseKey); // an expired one is not given out, and it goes by its key
    coordinator.dropLease(dropped);
  }

  /** For any worker to take, this one included; false when this holding was lost already. */
  boolean giveUp(String leaseKey, String token) {
    return release(leaseKey, token, null);
  }

  /** For another worker: to a live one where one is known, else for any. */
  void handOver(String leaseKey, String token) {
    release(leaseKey, token, nextPeer.get());
  }

  /**
   * Passes a lease on that is promised to another worker. A consumer that is asked to hand its
   * shard over while it waits for the shard's parents is shut down without this step by the KCL
   * 3.1.3 (mended in 3.4.3: {@code ShutdownTask}), which would renew the lease for ever, and nobody
   * read the shard.
   */
  void finishHandOver(String leaseKey, String token) {
    Lease held = coordinator.getCurrentlyHeldLease(leaseKey);
    if (held == null
        || !token.equals(held.concurrencyToken().toString())
        || !coordinator.workerIdentifier().equals(held.checkpointOwner())) {
      return;
    }
    try {
      if (coordinator.leaseRefresher().assignLease(held, held.leaseOwner())) {
        coordinator.dropLease(held);
      }
    } catch (Exception e) {
      LOG.warn(
          "The lease of {} could not be passed on, which is tried again: {}",
          leaseKey,
          e.toString());
    }
  }

  /** Lets everything go that the table still shows as this worker's. */
  void sweep() {
    try {
      for (Lease row : coordinator.leaseRefresher().listLeases()) {
        // An ended shard's lease waits for the KCL's cleaning only.
        if (mine(row) && !ExtendedSequenceNumber.SHARD_END.equals(row.checkpoint())) {
          coordinator.dropLease(row);
          pass(row, nextPeer.get());
        }
      }
    } catch (Exception e) {
      LOG.warn("Leases could not be released; they expire by themselves: {}", e.toString());
    }
  }

  private boolean release(String leaseKey, String token, String peer) {
    Lease held = coordinator.getCurrentlyHeldLease(leaseKey);
    if (held != null && !token.equals(held.concurrencyToken().toString())) {
      return false; // taken up anew meanwhile: that holding is another session's
    }
    if (held != null) {
      coordinator.dropLease(held);
    }
    try {
      Lease row = coordinator.leaseRefresher().getLease(leaseKey);
      if (row == null || !mine(row)) {
        return held != null;
      }
      coordinator.dropLease(row);
      pass(row, peer);
    } catch (Exception e) {
      LOG.warn(
          "The lease of {} could not be released; it expires by itself: {}",
          leaseKey,
          e.toString());
    }
    return held != null;
  }

  private void pass(Lease row, String peer) throws Exception {
    String next = row.checkpointOwner() == null ? peer : row.leaseOwner();
    if (next == null || !coordinator.leaseRefresher().assignLease(row, next)) {
      coordinator.leaseRefresher().evictLease(row);
    }
  }

  /** Also one that is promised to another worker, but not yet one that is promised to this one. */
  private boolean mine(Lease row) {
    return coordinator.workerIdentifier().equals(row.actualOwner());
  }
}
