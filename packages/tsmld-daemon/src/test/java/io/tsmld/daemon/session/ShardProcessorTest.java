package io.tsmld.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

@Timeout(20)
class ShardProcessorTest {
  private final FakeLease lease = new FakeLease();
  private final FakeCheckpoints checkpoints = new FakeCheckpoints();
  private final FakeSessions sessions = new FakeSessions();
  private final ShardProcessor processor = new ShardProcessor(lease, sessions);
  private FakeNode node;

  @BeforeEach
  void open() throws IOException {
    node = new FakeNode();
  }

  @AfterEach
  void close() throws IOException {
    processor.abandon("the test is over");
    node.close();
  }

  @Test
  void carriesAShardFromItsBeginningToTheLossOfItsLease() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = async(() -> processor.processRecords(batch("5")));
    assertEquals("processRecords", peer.action());
    assertNull(peer.checkpoint());
    peer.status("processRecords");
    kcl.get();
    kcl = async(() -> processor.shutdownRequested(shutdown()));
    assertEquals("shutdownRequested", peer.action());
    peer.status("shutdownRequested");
    kcl.get();
    assertTrue(sessions.live);
    kcl = async(() -> processor.leaseLost(LeaseLostInput.builder().build()));
    assertEquals("leaseLost", peer.action());
    peer.status("leaseLost");
    kcl.get();
    assertFalse(sessions.live);
    assertTrue(sessions.givenUp.isEmpty());
  }

  @Test
  void givesTheLeaseUpWhenItsSessionFailsAndSwallowsTheRestWithoutACheckpoint() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = async(() -> processor.processRecords(batch("5")));
    assertEquals("processRecords", peer.action());
    peer.close();
    kcl.get();
    assertEquals("Node closed the connection", sessions.nextGivenUp());
    processor.processRecords(batch("6"));
    processor.shutdownRequested(shutdown());
    processor.shardEnded(ended());
    processor.leaseLost(LeaseLostInput.builder().build());
    assertEquals(List.of(), checkpoints.made);
    assertFalse(sessions.live);
  }

  @Test
  void givesTheLeaseUpAgainWhenItIsStillFed() throws Exception {
    initialized().close();
    assertEquals("Node closed the connection", sessions.nextGivenUp());
    sessions.giveUpAgainAfterMs = -1;
    processor.processRecords(batch("6"));
    assertTrue(sessions.nextGivenUp().startsWith("it was still being fed"));
  }

  @Test
  void noThrowableLeavesIt() throws Exception {
    FakeNode.Peer peer = initialized();
    ProcessRecordsInput broken = batch("5").toBuilder().records(null).build();
    async(() -> processor.processRecords(broken)).get();
    assertTrue(sessions.nextGivenUp().startsWith("the daemon failed at processRecords"));
    assertEquals("end", peer.action());
  }

  @Test
  void anErrorWhileItOpensItsSessionGivesTheLeaseUp() throws Exception {
    sessions.error = new NoClassDefFoundError("Gone");
    async(() -> processor.initialize(first())).get();
    assertEquals("java.lang.NoClassDefFoundError: Gone", sessions.nextGivenUp());
    processor.processRecords(batch("5"));
  }

  @Test
  void anEndWithoutABeginningIsGivenUp() throws Exception {
    processor.shardEnded(ended());
    assertTrue(sessions.nextGivenUp().contains("NullPointerException"));
    assertEquals(List.of(), checkpoints.made);
  }

  @Test
  void isInertWhileItsStreamStops() {
    sessions.stopping = true;
    processor.initialize(first());
    processor.processRecords(batch("5"));
    processor.shutdownRequested(shutdown());
    processor.shardEnded(ended());
    processor.leaseLost(LeaseLostInput.builder().build());
    assertFalse(sessions.opened);
    assertTrue(lease.handedOver);
    assertEquals(List.of(), checkpoints.made);
  }

  @Test
  void isInertWhereTheLeaseIsLostAlready() {
    lease.held = false;
    processor.initialize(first());
    processor.processRecords(batch("5"));
    assertFalse(sessions.opened);
    assertFalse(lease.handedOver);
    assertTrue(sessions.givenUp.isEmpty());
  }

  @Test
  void endsAShardOnceEvenWhenTheKclAsksAgain() throws Exception {
    FakeNode.Peer peer = initialized();
    CompletableFuture<Void> kcl = async(() -> processor.shardEnded(ended()));
    assertEquals("shardEnded", peer.action());
    assertNull(peer.checkpoint());
    peer.status("shardEnded");
    kcl.get();
    assertFalse(sessions.live);
    processor.shardEnded(ended());
    peer.close();
    assertEquals(List.of(ExtendedSequenceNumber.SHARD_END), checkpoints.made);
  }

  private FakeNode.Peer initialized() throws Exception {
    CompletableFuture<Void> kcl = async(() -> processor.initialize(first()));
    FakeNode.Peer peer = node.accept();
    assertEquals("initialize", peer.action());
    peer.status("initialize");
    kcl.get();
    return peer;
  }

  private static CompletableFuture<Void> async(Runnable step) {
    return CompletableFuture.runAsync(step);
  }

  private static InitializationInput first() {
    return InitializationInput.builder()
        .shardId("shardId-000000000007")
        .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
        .build();
  }

  private ProcessRecordsInput batch(String sequenceNumber) {
    return ProcessRecordsInput.builder()
        .records(
            List.of(
                KinesisClientRecord.builder()
                    .sequenceNumber(sequenceNumber)
                    .data(ByteBuffer.allocate(3))
                    .build()))
        .millisBehindLatest(0L)
        .checkpointer(checkpoints.delivered(sequenceNumber).checkpointer)
        .build();
  }

  private ShutdownRequestedInput shutdown() {
    return ShutdownRequestedInput.builder().checkpointer(checkpoints.checkpointer).build();
  }

  private ShardEndedInput ended() {
    return ShardEndedInput.builder().checkpointer(checkpoints.atEnd().checkpointer).build();
  }

  private final class FakeSessions implements ShardSessions {
    final BlockingQueue<String> givenUp = new LinkedBlockingQueue<>();
    volatile boolean stopping;
    volatile boolean opened;
    volatile boolean live;
    volatile long giveUpAgainAfterMs = 60_000;
    volatile Error error;

    String nextGivenUp() throws InterruptedException {
      return givenUp.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public boolean stopping() {
      return stopping;
    }

    @Override
    public long giveUpAgainAfterMs() {
      return giveUpAgainAfterMs;
    }

    @Override
    public Session open(ShardLease of, Consumer<String> onFailure) {
      if (error != null) {
        throw error;
      }
      return new Session(
          of,
          new SessionConfig("clicks", "kinesis", "token", 0, 1_000),
          node.connector(),
          onFailure);
    }

    @Override
    public boolean opened(ShardProcessor of) {
      opened = !stopping;
      live = !stopping;
      return !stopping;
    }

    @Override
    public void closed(ShardProcessor of) {
      live = false;
    }

    @Override
    public void giveUp(ShardLease of, String reason) {
      givenUp.add(reason);
    }

    @Override
    public void handOver(ShardLease of) {
      of.handOver();
    }
  }
}
