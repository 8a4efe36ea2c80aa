package io.tsmld.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** A session, a Node that a test plays, and a thread that stands for the KCL. */
abstract class SessionHarness {
  final FakeLease lease = new FakeLease();
  final FakeCheckpoints checkpoints = new FakeCheckpoints();
  final CompletableFuture<String> failure = new CompletableFuture<>();
  FakeNode node;
  Session session;

  @BeforeEach
  void open() throws IOException {
    node = new FakeNode();
    session = session(0);
  }

  @AfterEach
  void close() throws IOException {
    session.fail("the test is over");
    node.close();
  }

  Session session(long actionTimeoutMs) {
    return new Session(lease, config(actionTimeoutMs), node.connector(), failure::complete);
  }

  static SessionConfig config(long actionTimeoutMs) {
    return new SessionConfig("clicks", "kinesis", "token", actionTimeoutMs, 10);
  }

  FakeNode.Peer initialized() throws Exception {
    CompletableFuture<Void> kcl =
        run(() -> session.initialize(ExtendedSequenceNumber.TRIM_HORIZON));
    FakeNode.Peer peer = node.accept();
    assertEquals("initialize", peer.action());
    peer.status("initialize");
    done(kcl);
    return peer;
  }

  CompletableFuture<Void> process(String sequenceNumber) {
    KinesisClientRecord record =
        KinesisClientRecord.builder()
            .sequenceNumber(sequenceNumber)
            .partitionKey("k")
            .data(ByteBuffer.wrap(new byte[] {1}))
            .build();
    return run(
        () ->
            session.processRecords(
                List.of(record), 0L, false, checkpoints.delivered(sequenceNumber).checkpointer));
  }

  static CompletableFuture<Void> run(Step step) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
                done.complete(null);
              } catch (Throwable t) {
                done.completeExceptionally(t);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  static void done(CompletableFuture<Void> kcl) throws Exception {
    kcl.get(10, TimeUnit.SECONDS);
  }

  String reason() throws Exception {
    return failure.get(10, TimeUnit.SECONDS);
  }

  void assertFailed(CompletableFuture<Void> kcl, String reason) throws Exception {
    ExecutionException thrown = assertThrows(ExecutionException.class, () -> done(kcl));
    assertEquals(SessionFailure.class, thrown.getCause().getClass(), thrown.getCause().toString());
    assertEquals(reason, reason());
  }

  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }
}
