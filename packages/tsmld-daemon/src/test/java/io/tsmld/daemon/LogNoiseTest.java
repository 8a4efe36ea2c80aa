package io.tsmld.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.Test;

class LogNoiseTest {
  private static final String DISCOVERER =
      "software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseDiscoverer";
  private static final String ASSIGNER =
      "software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager";
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
  void everythingElseIsSaid() {
    assertEquals(FilterReply.NEUTRAL, decide(ASSIGNER, "Failed to load", null, 2_000));
    assertEquals(
        FilterReply.NEUTRAL, decide("io.tsmld", GET, new NullPointerException("x"), 2_000));
  }

  private FilterReply decide(String logger, String message, Throwable thrown, long atMs) {
    LoggingEvent event =
        new LoggingEvent(
            "",
            new LoggerContext().getLogger(logger),
            Level.ERROR,
            message,
            null,
            thrown == null ? new Object[] {"shard"} : new Object[] {"shard", thrown});
    event.setTimeStamp(atMs);
    return noise.decide(event);
  }
}
