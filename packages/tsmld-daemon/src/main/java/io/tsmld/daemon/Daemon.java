package io.tsmld.daemon;

import io.tsmld.daemon.control.ControlMessage;
import io.tsmld.daemon.control.ControlOutput;
import io.tsmld.daemon.control.NodeWatchdog;
import io.tsmld.daemon.session.ListenerRegistry;
import io.tsmld.daemon.stream.StreamRunner;
import io.tsmld.daemon.stream.StreamSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/** Carries out what Node says on the control channel. */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  /** What may be spent on releasing leases once Node is gone. */
  private static final long RELEASE_MS = 2_000;

  /** What is kept of a stop's deadline for letting leases go and for last words. */
  private static final long STOP_MARGIN_MS = 500;

  private final ControlOutput output;
  private final Exit exit;
  private final ListenerRegistry listeners = new ListenerRegistry();
  private final Map<String, StreamRunner> streams = new ConcurrentHashMap<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private volatile boolean gone;

  private String token;
  private NodeWatchdog watchdog;

  Daemon(ControlOutput output, Exit exit) {
    this.output = output;
    this.exit = exit;
  }

  void start(ControlMessage.Start start) {
    LogSetup.setLevels(start.logLevels());
    token = start.token();
    listeners.replace(start.listeners());
    watchdog = new NodeWatchdog(start.nodeTimeoutMs(), this::nodeGone);
    watchdog.start();
    output.ready(RetrievalConfig.KINESIS_CLIENT_LIB_USER_AGENT_VERSION);
    start.streams().forEach(this::startStream);
  }

  /** Node lives: it wrote a line, whatever it says. */
  void heard() {
    watchdog.heard();
  }

  /** After the start; called on the one thread that reads stdin, so it must not block. */
  void handle(ControlMessage message) {
    if (message instanceof ControlMessage.Listeners list) {
      listeners.replace(list.listeners());
    } else if (message instanceof ControlMessage.StartStream start) {
      startStream(start.stream());
    } else if (message instanceof ControlMessage.StopStream stop) {
      background("stop-" + stop.stream(), () -> stopStream(stop.stream(), stop.deadlineMs()));
    } else if (message instanceof ControlMessage.Stop stop) {
      if (stopping.compareAndSet(false, true)) {
        background("stop", () -> stop(stop.deadlineMs()));
      }
    } else if (message instanceof ControlMessage.Start) {
      exit.now(Exit.NOT_UNDERSTOOD, "a second start came");
    }
  }

  /** Nobody is left to process records or to be told: leases go, nothing is checkpointed. */
  void nodeGone(String reason) {
    gone = true;
    stopping.set(true);
    List<Thread> releases =
        streams.values().stream()
            .map(stream -> background("release-" + stream.name(), () -> stream.abandon(reason)))
            .toList();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RELEASE_MS);
    releases.forEach(release -> join(release, end));
    exit.now(Exit.NODE_GONE, reason);
  }

  private void startStream(StreamSpec spec) {
    StreamRunner old = streams.get(spec.name());
    if (stopping.get() || (old != null && !old.finished())) {
      output.failed(
          spec.name(),
          "IllegalStateException",
          stopping.get() ? "The daemon is stopping" : "The stream runs already");
      return;
    }
    StreamRunner runner = new StreamRunner(spec, token, listeners, output);
    streams.put(spec.name(), runner);
    runner.start();
  }

  private void stopStream(String name, long deadlineMs) {
    StreamRunner stream = streams.get(name);
    boolean drained = true;
    try {
      if (stream != null) {
        drained = stream.drain(deadlineMs);
        stream.shutDown();
        streams.remove(name, stream);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Stopping {} failed", name, e);
      drained = false;
    }
    output.stopped(name, drained);
  }

  private void stop(long deadlineMs) {
    long drainMs = Math.max(0, deadlineMs - STOP_MARGIN_MS);
    Map<String, Boolean> drained = new ConcurrentHashMap<>();
    List<Thread> drains =
        streams.values().stream()
            .map(
                stream ->
                    background(
                        "drain-" + stream.name(),
                        () -> {
                          try {
                            drained.put(stream.name(), stream.drain(drainMs));
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                        }))
            .toList();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
    drains.forEach(drain -> join(drain, end));
    if (gone) {
      return; // what was abandoned looks drained; the exit code is not this stop's to choose
    }
    boolean all = streams.keySet().stream().allMatch(name -> drained.getOrDefault(name, false));
    exit.now(
        all ? Exit.STOPPED : Exit.DEADLINE_PASSED,
        all
            ? "stopped"
            : "the stop's deadline of " + deadlineMs + " ms passed with shards still draining");
  }

  private static Thread background(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void join(Thread thread, long endNanos) {
    try {
      long leftMs = (endNanos - System.nanoTime()) / 1_000_000;
      if (leftMs > 0) {
        thread.join(leftMs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
