package io.tsmld.daemon.session;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs short tasks later, on one thread for the whole program. */
public final class Reaper {
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "reaper");
            thread.setDaemon(true);
            return thread;
          });

  private Reaper() {}

  public static void after(long delayMs, Runnable task) {
    TIMER.schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }
}
