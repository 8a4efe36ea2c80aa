package io.tsmld.daemon.stream;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Threads for what asks AWS and may hang, as many as are needed. {@code CompletableFuture}'s own
 * are one fewer than there are cores: one stream's dead lease table would hold up the others.
 */
final class Background {
  static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "background");
            thread.setDaemon(true);
            return thread;
          });

  private Background() {}
}
