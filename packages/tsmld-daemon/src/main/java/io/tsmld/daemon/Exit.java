package io.tsmld.daemon;

import io.tsmld.daemon.control.ControlOutput;
import java.io.PrintStream;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one way out: last words on both streams, then halt, because the KCL's threads would keep the
 * JVM.
 */
final class Exit {
  static final int STOPPED = 0;
  static final int FAULT = 1;
  static final int NOT_UNDERSTOOD = 2;
  static final int DEADLINE_PASSED = 3;
  static final int NODE_GONE = 4;

  /** A dead or stopped Node reads neither stream; nothing may wait for it longer than this. */
  private static final long LAST_WORDS_MS = 300;

  private static final AtomicBoolean LEAVING = new AtomicBoolean();

  private final ControlOutput output;
  private final PrintStream log;

  Exit(ControlOutput output, PrintStream log) {
    this.output = output;
    this.log = log;
  }

  /** The first reason wins; never returns. */
  void now(int code, String reason) {
    if (!LEAVING.compareAndSet(false, true)) {
      sleepForEver();
    }
    Thread words =
        new Thread(
            () -> {
              output.exit(code, reason, LAST_WORDS_MS);
              LogSetup.flush(LAST_WORDS_MS);
              // As the log has it; Node, where it lives, has heard it on the control channel.
              log.println(Instant.now() + " DEBUG [last-words] Exit: exit " + code + ": " + reason);
              log.flush();
            },
            "last-words");
    words.setDaemon(true);
    words.start();
    try {
      words.join(2 * LAST_WORDS_MS);
    } catch (InterruptedException e) {
      // halting anyway
    }
    Runtime.getRuntime().halt(code);
  }

  private static void sleepForEver() {
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        // the other thread halts
      }
    }
  }
}
