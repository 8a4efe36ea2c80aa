package io.tsmld.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeWatchdogTest {
  @Test
  void saysThatNodeIsSilentAfterItsTime() throws Exception {
    CompletableFuture<String> silence = new CompletableFuture<>();
    NodeWatchdog watchdog = new NodeWatchdog(100, silence::complete);
    watchdog.start();
    assertEquals("Node said nothing for 100 ms", silence.get(10, TimeUnit.SECONDS));
  }
}
