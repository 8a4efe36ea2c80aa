package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tsmld.daemon.session.ListenerRegistry;
import io.tsmld.daemon.session.SessionConfig;
import io.tsmld.daemon.session.ShardLease;
import io.tsmld.daemon.session.ShardProcessor;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StreamSessionsTest {
  private final BlockingQueue<String> givenUp = new LinkedBlockingQueue<>();
  private final StreamSessions sessions =
      new StreamSessions(
          new SessionConfig("clicks", "kinesis", "token", 0, 1_000),
          new ListenerRegistry(),
          2_000,
          new Events());

  @Test
  void aStreamIsDrainedWhenItsLastSessionIsClosed() throws Exception {
    ShardProcessor one = new ShardProcessor(new Lease(true), sessions);
    ShardProcessor two = new ShardProcessor(new Lease(true), sessions);
    sessions.opened(one);
    sessions.opened(two);
    sessions.closed(one);
    assertFalse(sessions.awaitDrained(System.nanoTime()));
    assertEquals("shardId-1", sessions.undrained());
    sessions.closed(two);
    sessions.closed(two);
    assertTrue(sessions.awaitDrained(System.nanoTime()));
  }

  @Test
  void noSessionBeginsOnceTheStreamStops() throws Exception {
    sessions.stop();
    assertFalse(sessions.opened(new ShardProcessor(new Lease(true), sessions)));
    assertTrue(sessions.awaitDrained(System.nanoTime()));
  }

  @Test
  void aGivenUpShardIsReported() throws Exception {
    sessions.giveUp(new Lease(true), "why");
    assertEquals("clicks shardId-1 why", givenUp.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void aLostOneAndAnAbandonedOneAreNot() throws Exception {
    sessions.giveUp(new Lease(false), "lost");
    sessions.giveUp(new Lease(true), "first");
    assertEquals("clicks shardId-1 first", givenUp.poll(10, TimeUnit.SECONDS));
    sessions.abandon("Node is gone");
    sessions.giveUp(new Lease(true), "second");
    assertTrue(sessions.stopping());
    assertNull(givenUp.poll());
  }

  private record Lease(boolean held) implements ShardLease {
    @Override
    public String shardId() {
      return "shardId-1";
    }

    @Override
    public String leaseId() {
      return "lease-1";
    }

    @Override
    public void forget() {}

    @Override
    public boolean giveUp() {
      return held;
    }

    @Override
    public void handOver() {}
  }

  private final class Events implements StreamEvents {
    @Override
    public void started(String stream) {}

    @Override
    public void failed(String stream, String error, String message) {}

    @Override
    public void shardGivenUp(String stream, String shardId, String reason) {
      givenUp.add(stream + " " + shardId + " " + reason);
    }
  }
}
