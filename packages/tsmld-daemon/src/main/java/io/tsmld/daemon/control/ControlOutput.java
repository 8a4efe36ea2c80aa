package io.tsmld.daemon.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tsmld.daemon.stream.StreamEvents;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The daemon's side of the control channel. A thread of its own writes: a stopped Node reads
 * nothing, and whoever has something to say must not hang with it.
 */
public final class ControlOutput implements StreamEvents {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BlockingQueue<ObjectNode> queue = new LinkedBlockingQueue<>();
  private final OutputStream out;

  public ControlOutput(OutputStream out) {
    this.out = out;
    Thread thread = new Thread(this::write, "control-output");
    thread.setDaemon(true);
    thread.start();
  }

  public void ready(String kclVersion) {
    send(
        message("ready")
            .put("version", ControlParser.VERSION)
            .put("pid", ProcessHandle.current().pid())
            .put("java", Runtime.version().toString())
            .put("kcl", kclVersion));
  }

  @Override
  public void started(String stream) {
    send(message("streamStarted").put("stream", stream));
  }

  @Override
  public void failed(String stream, String error, String text) {
    send(message("streamFailed").put("stream", stream).put("error", error).put("message", text));
  }

  public void stopped(String stream, boolean drained) {
    send(message("streamStopped").put("stream", stream).put("drained", drained));
  }

  @Override
  public void shardGivenUp(String stream, String shardId, String reason) {
    send(
        message("shardGivenUp")
            .put("stream", stream)
            .put("shardId", shardId)
            .put("reason", reason));
  }

  /** The last line; waits no longer than the given time for it and all before it to be written. */
  public void exit(int code, String reason, long waitMs) {
    ObjectNode last = message("exit").put("code", code).put("reason", reason);
    synchronized (last) {
      send(last);
      try {
        last.wait(waitMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void send(ObjectNode message) {
    queue.add(message);
  }

  private void write() {
    try {
      while (true) {
        ObjectNode message = queue.take();
        out.write((message + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        synchronized (message) {
          message.notifyAll();
        }
      }
    } catch (IOException | InterruptedException e) {
      // Nobody listens any more; the watchdog sees the same by the end of stdin.
    }
  }

  private static ObjectNode message(String type) {
    return JSON.createObjectNode().put("type", type);
  }
}
