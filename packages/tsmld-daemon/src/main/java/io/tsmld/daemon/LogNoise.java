package io.tsmld.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.regex.Pattern;

/** Keeps out what the KCL says in ordinary operation as if it were trouble. */
final class LogNoise extends Filter<ILoggingEvent> {
  private static final String DISCOVERER =
      "software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseDiscoverer";
  private static final String ASSIGNER =
      "software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager";
  private static final String SHARD_SYNC =
      "software.amazon.kinesis.coordinator.PeriodicShardSyncManager";

  private static final Pattern HASH_RANGES =
      Pattern.compile("^(Incomplete hash range|No leases with valid hashranges) found for ");

  /** Later, it means that a shard has no worker which may take it. */
  private static final long UNASSIGNED_AT_START_MS = 60_000;

  private final long startedMs;

  /**
   * @param startedMs the daemon's start, in ms since 1970
   */
  LogNoise(long startedMs) {
    this.startedMs = startedMs;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    return switch (event.getLoggerName()) {
      case DISCOVERER -> reply(foundWithoutOwner(event));
      case ASSIGNER -> reply(unassignedAtStart(event));
      case SHARD_SYNC -> reply(hashRangesOfTable(event));
      default -> FilterReply.NEUTRAL;
    };
  }

  /** The index of owners lags behind the table: a lease let go a moment ago has no owner there. */
  private static boolean foundWithoutOwner(ILoggingEvent event) {
    IThrowableProxy thrown = event.getThrowableProxy();
    return thrown != null && thrown.getClassName().equals(NullPointerException.class.getName());
  }

  /** The first leader assigns before it has seen any worker. */
  private boolean unassignedAtStart(ILoggingEvent event) {
    return event.getMessage().equals("Not able to assign all expiredOrUnAssignedLeases")
        && event.getTimeStamp() - startedMs < UNASSIGNED_AT_START_MS;
  }

  /**
   * The leader looks every two minutes whether hash ranges are missing. The shards of a table's
   * stream have none, and its name, {@code region$account$table$label}, has what no Kinesis
   * stream's may have.
   */
  private static boolean hashRangesOfTable(ILoggingEvent event) {
    Object[] arguments = event.getArgumentArray();
    return HASH_RANGES.matcher(event.getMessage()).find()
        && arguments != null
        && String.valueOf(arguments[0]).contains("$");
  }

  private static FilterReply reply(boolean noise) {
    return noise ? FilterReply.DENY : FilterReply.NEUTRAL;
  }
}
