package io.tsmld.daemon.wire;

/** What Node may send in a session. */
public sealed interface NodeMessage {
  /**
   * Neither number: the greatest position delivered. The sub-sequence number is unsigned 64 bits.
   */
  record Checkpoint(String sequenceNumber, Long subSequenceNumber) implements NodeMessage {}

  record Status(String responseFor) implements NodeMessage {}

  /** Node does not accept the session, and closes. */
  record Refusal(String reason) implements NodeMessage {}
}
