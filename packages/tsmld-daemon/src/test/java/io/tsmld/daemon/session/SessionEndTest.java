package io.tsmld.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** How a session ends where its shard or its lease does. */
@Timeout(20)
class SessionEndTest extends SessionHarness {
  @Test
  void saysOnceThatTheLeaseIsGoneWhileAnActionRuns() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = process("5");
    assertEquals("processRecords", peer.action());
    lease.held = false;
    assertEquals("leaseLosing", peer.action());
    // Its renewal may be late only, and succeed yet.
    assertTrue(lease.forgotten);
    peer.status("processRecords");
    done(kcl);
    kcl = run(session::leaseLost);
    assertEquals("leaseLost", peer.action());
    peer.status("leaseLost");
    done(kcl);
    assertTrue(session.over());
  }

  @Test
  void saysNothingOfALostLeaseBeforeInitialize() throws Exception {
    lease.held = false;
    Connector slow =
        () -> {
          LockSupport.parkNanos(5 * config(0).leaseCheckMs() * 1_000_000);
          return node.connector().connect();
        };
    session = new Session(lease, config(0), slow, failure::complete);
    run(() -> session.initialize(ExtendedSequenceNumber.TRIM_HORIZON));
    FakeNode.Peer peer = node.accept();
    assertEquals("initialize", peer.action());
    assertEquals("leaseLosing", peer.action());
  }

  @Test
  void theEndOfTheConnectionAfterLeaseLostIsNoFailure() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = run(session::leaseLost);
    assertEquals("leaseLost", peer.action());
    peer.status("leaseLost");
    peer.close();
    done(kcl);
    assertTrue(session.over());
    assertFalse(failure.isDone());
  }

  @Test
  void aShardEndsWithItsCheckpoint() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = run(() -> session.shardEnded(checkpoints.atEnd().checkpointer));
    assertEquals("shardEnded", peer.action());
    assertNull(peer.checkpoint());
    peer.status("shardEnded");
    done(kcl);
    assertEquals(List.of(ExtendedSequenceNumber.SHARD_END), checkpoints.made);
    assertTrue(session.over());
  }

  @Test
  void aShardThatEndsWithoutItsCheckpointEndsTheSession() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = run(() -> session.shardEnded(checkpoints.atEnd().checkpointer));
    peer.action();
    peer.status("shardEnded");
    assertFailed(kcl, "shardEnded was answered without a checkpoint of the shard's end");
  }

  @Test
  void aShardEndWhoseLeaseIsGoneIsFollowedByLeaseLost() throws Exception {
    FakeNode.Peer peer = initialized();
    checkpoints.failure = new ShutdownException("another worker has it");
    CompletableFuture<Void> kcl = run(() -> session.shardEnded(checkpoints.atEnd().checkpointer));
    peer.action();
    assertEquals("ShutdownException", peer.checkpoint());
    assertTrue(lease.forgotten);
    peer.status("shardEnded");
    done(kcl);
    kcl = run(session::leaseLost);
    assertEquals("leaseLost", peer.action());
    peer.status("leaseLost");
    done(kcl);
    assertFalse(failure.isDone());
  }

  @Test
  void aNodeThatClosedAfterSuchAShardEndIsNotAskedAgain() throws Exception {
    FakeNode.Peer peer = initialized();
    checkpoints.failure = new ShutdownException("another worker has it");
    CompletableFuture<Void> kcl = run(() -> session.shardEnded(checkpoints.atEnd().checkpointer));
    peer.action();
    peer.checkpoint();
    peer.status("shardEnded");
    peer.close();
    done(kcl);
    done(run(session::leaseLost));
    assertFalse(failure.isDone());
  }
}
