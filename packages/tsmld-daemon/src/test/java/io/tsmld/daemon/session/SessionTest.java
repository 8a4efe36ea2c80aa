package io.tsmld.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tsmld.daemon.wire.Frames;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

@Timeout(20)
class SessionTest extends SessionHarness {
  @Test
  void saysHelloAndInitializesFromTheCheckpoint() throws Exception {
    CompletableFuture<Void> kcl =
        run(() -> session.initialize(new ExtendedSequenceNumber("42", 3L)));
    FakeNode.Peer peer = node.accept();
    assertEquals("token", peer.hello.path("token").asText());
    assertEquals("lease-1", peer.hello.path("leaseId").asText());
    assertEquals("kinesis", peer.hello.path("recordFormat").asText());
    long age = System.currentTimeMillis() - peer.hello.path("openedAt").asLong();
    assertTrue(age >= 0 && age < 10_000, "opened " + age + " ms ago");
    assertEquals(
        "{\"action\":\"initialize\",\"shardId\":\"shardId-000000000007\",\"sequenceNumber\":\"42\",\"subSequenceNumber\":3}",
        peer.next().toString());
    assertFalse(kcl.isDone());
    peer.status("initialize");
    done(kcl);
  }

  @Test
  void anActionEndsOnlyWithItsStatus() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = process("5");
    assertEquals(1, peer.next().path("count").asInt());
    assertNull(peer.checkpoint());
    assertFalse(kcl.isDone());
    peer.status("processRecords");
    done(kcl);
    assertEquals(List.of(new ExtendedSequenceNumber("5", 0L)), checkpoints.made);
  }

  @Test
  void servesACheckpointBetweenActions() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = process("5");
    peer.next();
    peer.status("processRecords");
    done(kcl);
    assertNull(peer.checkpoint());
    assertEquals(1, checkpoints.made.size());
  }

  @Test
  void aCheckpointBeforeTheFirstBatchHasNothingToDo() throws Exception {
    FakeNode.Peer peer = initialized();
    assertNull(peer.checkpoint());
    peer.send(
        Frames.MESSAGE,
        "{\"action\":\"checkpoint\",\"sequenceNumber\":\"9\",\"subSequenceNumber\":0}");
    assertEquals("IllegalArgumentException", peer.next().path("error").asText());
  }

  @Test
  void aCheckpointsErrorIsTheExceptionsSimpleName() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = process("5");
    peer.next();
    checkpoints.failure = new ThrottlingException("slow down");
    assertEquals("ThrottlingException", peer.checkpoint());
    checkpoints.failure = null;
    peer.send(
        Frames.MESSAGE,
        "{\"action\":\"checkpoint\",\"sequenceNumber\":\"6\",\"subSequenceNumber\":0}");
    assertEquals("IllegalArgumentException", peer.next().path("error").asText());
    assertNull(peer.checkpoint());
    peer.status("processRecords");
    done(kcl);
  }

  @Test
  void aStatusForAnotherActionEndsTheSession() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = process("5");
    peer.next();
    peer.status("shardEnded");
    assertFailed(kcl, "Node sent a status for shardEnded while processRecords was awaited");
    assertEquals("end", peer.action());
  }

  @Test
  void aStatusThatNobodyAwaitsEndsTheSession() throws Exception {
    FakeNode.Peer peer = initialized();
    peer.status("processRecords");
    assertEquals("Node sent a status for processRecords while none was awaited", reason());
  }

  @Test
  void garbageEndsTheSession() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = process("5");
    peer.next();
    peer.send(Frames.MESSAGE, "nonsense");
    assertFailed(kcl, "a message from Node is not a JSON object: nonsense");
  }

  @Test
  void aConnectionThatEndsBeforeTheStatusEndsTheSession() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = process("5");
    peer.next();
    peer.close();
    assertFailed(kcl, "Node closed the connection");
  }

  @Test
  void aConnectionThatEndsBetweenActionsEndsTheSession() throws Exception {
    initialized().close();
    assertEquals("Node closed the connection", reason());
  }

  @Test
  void aRefusalEndsTheSessionWithItsReason() throws Exception {
    CompletableFuture<Void> kcl = run(() -> session.initialize(ExtendedSequenceNumber.LATEST));
    FakeNode.Peer peer = node.accept();
    peer.send(Frames.REFUSAL, "{\"reason\":\"the token is wrong\"}");
    assertFailed(kcl, "Node refused the session: the token is wrong");
  }

  @Test
  void aListenerThatIsNotThereEndsTheSession() throws Exception {
    Session lost =
        new Session(
            lease,
            config(0),
            () -> {
              throw new IOException("No such file or directory");
            },
            failure::complete);
    CompletableFuture<Void> kcl = run(() -> lost.initialize(ExtendedSequenceNumber.LATEST));
    assertFailed(kcl, "No such file or directory");
  }

  @Test
  void anActionPastItsTimeEndsTheSession() throws Exception {
    session = session(50);
    CompletableFuture<Void> kcl = run(() -> session.initialize(ExtendedSequenceNumber.LATEST));
    FakeNode.Peer peer = node.accept();
    assertFailed(kcl, "Node did not answer initialize within 50 ms");
    assertEquals("initialize", peer.action());
    assertEquals("end", peer.action());
  }

  @Test
  void aCheckpointBeforeTheStatusOfInitializeEndsTheSession() throws Exception {
    CompletableFuture<Void> kcl = run(() -> session.initialize(ExtendedSequenceNumber.LATEST));
    FakeNode.Peer peer = node.accept();
    peer.send(Frames.MESSAGE, "{\"action\":\"checkpoint\"}");
    assertFailed(kcl, "Node asked for a checkpoint before the status of initialize");
  }
}
