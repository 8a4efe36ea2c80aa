package io.tsmld.daemon.control;

import io.tsmld.daemon.session.Listener;
import io.tsmld.daemon.stream.StreamSpec;
import java.util.List;
import java.util.Map;

/** What Node says on the control channel. */
public sealed interface ControlMessage {
  /**
   * @param logLevels logger name to level, over the defaults
   */
  record Start(
      String token,
      long nodeTimeoutMs,
      List<Listener> listeners,
      List<StreamSpec> streams,
      Map<String, String> logLevels)
      implements ControlMessage {}

  record StartStream(StreamSpec stream) implements ControlMessage {}

  record StopStream(String stream, long deadlineMs) implements ControlMessage {}

  record Listeners(List<Listener> listeners) implements ControlMessage {}

  record Stop(long deadlineMs) implements ControlMessage {}

  record Ping() implements ControlMessage {}
}
