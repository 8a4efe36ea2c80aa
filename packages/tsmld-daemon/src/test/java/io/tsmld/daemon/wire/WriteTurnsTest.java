package io.tsmld.daemon.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class WriteTurnsTest {
  private final WriteTurns turns = new WriteTurns();

  @Test
  void aThirdBatchWaitsUntilOneOfTwoIsWritten() throws Exception {
    Stalled first = new Stalled();
    Stalled second = new Stalled();
    CompletableFuture<Void> writesFirst = batch(first);
    CompletableFuture<Void> writesSecond = batch(second);
    first.reached.await();
    second.reached.await();
    Stalled third = new Stalled();
    CompletableFuture<Void> writesThird = batch(third);
    assertFalse(third.reached.await(100, TimeUnit.MILLISECONDS));
    second.release.countDown();
    third.reached.await();
    first.release.countDown();
    third.release.countDown();
    CompletableFuture.allOf(writesFirst, writesSecond, writesThird).get();
  }

  @Test
  void aConnectionThatBreaksGivesItsTurnBack() throws Exception {
    for (int i = 0; i < 3; i++) {
      Stalled broken = new Stalled();
      broken.breaks = true;
      broken.release.countDown();
      assertThrows(ExecutionException.class, () -> batch(broken).get());
    }
    Stalled whole = new Stalled();
    whole.release.countDown();
    batch(whole).get();
    assertEquals(0, whole.reached.getCount());
  }

  @Test
  void aMessageNeedsNoTurn() throws Exception {
    turns.take();
    turns.take();
    Stalled channel = new Stalled();
    channel.release.countDown();
    new FrameWriter(channel, turns).message("{}");
    assertEquals(0, channel.reached.getCount());
  }

  private CompletableFuture<Void> batch(WritableByteChannel channel) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            new FrameWriter(channel, turns).batch(List.of(), null, false);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> new Thread(task).start());
  }

  /** A connection that takes no byte until it is told to. */
  private static final class Stalled implements WritableByteChannel {
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    boolean breaks;

    @Override
    public int write(ByteBuffer source) throws IOException {
      reached.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (breaks) {
        throw new IOException("broken");
      }
      int count = source.remaining();
      source.position(source.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
