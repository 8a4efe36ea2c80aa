package io.tsmld.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ControlOutputTest {
  @Test
  void writesALineAMessageInTheirOrderAndTheExitLast() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ControlOutput output = new ControlOutput(bytes);
    output.started("é");
    output.failed("b", "ResourceNotFoundException", "No such stream");
    output.shardGivenUp("a", "shardId-0", "why");
    output.stopped("a", true);
    output.exit(0, "stopped", 5_000);
    assertEquals(
        """
        {"type":"streamStarted","stream":"é"}
        {"type":"streamFailed","stream":"b","error":"ResourceNotFoundException","message":"No such stream"}
        {"type":"shardGivenUp","stream":"a","shardId":"shardId-0","reason":"why"}
        {"type":"streamStopped","stream":"a","drained":true}
        {"type":"exit","code":0,"reason":"stopped"}
        """,
        bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  void nobodyWaitsForANodeThatReadsNothing() {
    CountDownLatch never = new CountDownLatch(1);
    OutputStream stuck =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            try {
              never.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    ControlOutput output = new ControlOutput(stuck);
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          output.started("a");
          output.exit(4, "Node is gone", 50);
        });
    never.countDown();
  }
}
