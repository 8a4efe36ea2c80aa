package io.tsmld.daemon.stream;

/** What a stream tells the daemon; called on any thread. */
public interface StreamEvents {
  void started(String stream);

  /** Its scheduler ended by itself or never started. */
  void failed(String stream, String error, String message);

  void shardGivenUp(String stream, String shardId, String reason);
}
