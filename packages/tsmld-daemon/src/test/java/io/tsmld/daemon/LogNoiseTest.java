package io.tsmld.daemon;

import static com.amazonaws.services.dynamodbv2.streamsadapter.util.KinesisMapperUtil.createKinesisStreamIdentifierFromDynamoDBStreamsArn;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.common.StreamIdentifier;

class LogNoiseTest {
  private static final String DISCOVERER =
      "software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseDiscoverer";
  private static final String ASSIGNER =
      "software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager";
  private static final String SHARD_SYNC =
      "software.amazon.kinesis.coordinator.PeriodicShardSyncManager";
  private static final String INCOMPLETE =
      "Incomplete hash range found for stream {} between {} and {}.";
  private static final String GET = "GetLease failed for leaseKey : {}";
  private static final String UNASSIGNED = "Not able to assign all expiredOrUnAssignedLeases";

  private final LogNoise noise = new LogNoise(1_000);

  @Test
  void aLeaseFoundWithoutAnOwnerIsNoNews() {
    assertEquals(
        FilterReply.DENY, decide(DISCOVERER, GET, new NullPointerException("leaseOwner"), 2_000));
  }

  @Test
  void aLeaseThatCannotBeReadIsSaid() {
    assertEquals(
        FilterReply.NEUTRAL, decide(DISCOVERER, GET, new RuntimeException("throttled"), 2_000));
  }

  @Test
  void unassignedLeasesAreSaidOnlyWhenTheyLast() {
    assertEquals(FilterReply.DENY, decide(ASSIGNER, UNASSIGNED, null, 60_000));
    assertEquals(FilterReply.NEUTRAL, decide(ASSIGNER, UNASSIGNED, null, 61_000));
  }

  @Test
  void missingHashRangesAreNoNewsOfATablesStream() {
    StreamIdentifier table =
        StreamIdentifier.singleStreamInstance(
            createKinesisStreamIdentifierFromDynamoDBStreamsArn(
                "arn:aws:dynamodb:us-east-1:000000000000:table/items/stream/2026-11-24T16:00:00.000",
                false));
    assertEquals(FilterReply.DENY, decide(SHARD_SYNC, INCOMPLETE, table));
    assertEquals(
        FilterReply.DENY,
        decide(SHARD_SYNC, "No leases with valid hashranges found for stream {}", table));
    assertEquals(FilterReply.NEUTRAL, decide(SHARD_SYNC, "Failed to submit {}", table));
  }

  @Test
  void missingHashRangesOfAKinesisStreamAreSaid() {
    StreamIdentifier clicks = StreamIdentifier.singleStreamInstance("clicks-1.x_y");
    assertEquals(FilterReply.NEUTRAL, decide(SHARD_SYNC, INCOMPLETE, clicks));
  }

  @Test
  void everythingElseIsSaid() {
    assertEquals(FilterReply.NEUTRAL, decide(ASSIGNER, "Failed to load", null, 2_000));
    assertEquals(
        FilterReply.NEUTRAL, decide("io.tsmld", GET, new NullPointerException("x"), 2_000));
  }

  private FilterReply decide(String logger, String message, Throwable thrown, long atMs) {
    return decide(logger, message, atMs, "shard", thrown);
  }

  private FilterReply decide(String logger, String message, StreamIdentifier stream) {
    return decide(logger, message, 2_000, stream, "lease", "lease");
  }

  private FilterReply decide(String logger, String message, long atMs, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent(
            "", new LoggerContext().getLogger(logger), Level.ERROR, message, null, arguments);
    event.setTimeStamp(atMs);
    return noise.decide(event);
  }
}
