package io.tsmld.daemon.stream;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.kinesis.coordinator.CoordinatorState;

/**
 * The lock of the worker that assigns leases to all others (KCL: DynamoDBLockBasedLeaderDecider).
 */
final class LeaderLock {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderLock.class);
  private static final long DEADLINE_MS = 5_000;

  private LeaderLock() {}

  /**
   * Frees the lock where a JVM that was killed held it under the same worker id. It would last for
   * two more minutes, in which nobody assigned a lease. The old JVM is surely gone: a worker id
   * belongs to one live process.
   */
  static void freeOwn(SchedulerParts parts) {
    String table = parts.coordinator().coordinatorStateTableConfig().tableName();
    AttributeValue self = AttributeValue.fromS(parts.leaseManagement().workerIdentifier());
    AttributeValue leader = AttributeValue.fromS(CoordinatorState.LEADER_HASH_KEY);
    try {
      parts
          .leaseManagement()
          .dynamoDBClient()
          .deleteItem(
              request ->
                  request
                      .tableName(table)
                      .key(
                          Map.of(
                              CoordinatorState.COORDINATOR_STATE_TABLE_HASH_KEY_ATTRIBUTE_NAME,
                              leader))
                      .conditionExpression("ownerName = :self")
                      .expressionAttributeValues(Map.of(":self", self)))
          .get(DEADLINE_MS, TimeUnit.MILLISECONDS);
      LOG.info("An earlier JVM of this worker led the application; its lock is free again");
    } catch (ExecutionException e) {
      boolean notOwn =
          e.getCause() instanceof ConditionalCheckFailedException
              || e.getCause() instanceof ResourceNotFoundException;
      if (!notOwn) {
        LOG.warn("An earlier leader's lock may last for two minutes: {}", e.getCause().toString());
      }
    } catch (TimeoutException e) {
      LOG.warn("An earlier leader's lock may last for two minutes: no answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
