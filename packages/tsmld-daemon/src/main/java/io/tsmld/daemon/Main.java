package io.tsmld.daemon;

import io.tsmld.daemon.control.ControlException;
import io.tsmld.daemon.control.ControlMessage;
import io.tsmld.daemon.control.ControlOutput;
import io.tsmld.daemon.control.ControlParser;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded daemon: one JVM that runs the KCL and gives every leased shard a socket to Node. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] args) {
    ControlOutput output = new ControlOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(System.err); // nothing but the control channel is written to stdout
    LogSetup.install(System.err);
    Exit exit = new Exit(output, System.err);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> System.err.println("Uncaught in " + thread.getName() + ": " + thrown));
    try {
      run(new Daemon(output, exit), exit);
    } catch (Throwable t) {
      exit.now(Exit.FAULT, t.toString());
    }
  }

  private static void run(Daemon daemon, Exit exit) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      daemon.start(start(in.readLine(), exit));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        handle(line, daemon);
      }
      daemon.nodeGone("Node closed stdin");
    } catch (ControlException e) {
      exit.now(Exit.NOT_UNDERSTOOD, e.getMessage());
    } catch (IOException e) {
      daemon.nodeGone("stdin failed: " + e.getMessage());
    }
  }

  /** A line that is not understood later on is no reason to leave the shards. */
  private static void handle(String line, Daemon daemon) {
    daemon.heard();
    try {
      daemon.handle(ControlParser.parse(line));
    } catch (ControlException e) {
      LOG.error("A line on stdin was not understood: {}", e.getMessage());
    }
  }

  private static ControlMessage.Start start(String line, Exit exit) throws ControlException {
    if (line == null) {
      exit.now(Exit.NODE_GONE, "stdin ended before a start came");
    }
    if (ControlParser.parse(line) instanceof ControlMessage.Start start) {
      return start;
    }
    throw new ControlException("the first line must be a start");
  }
}
