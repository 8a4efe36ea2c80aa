package io.tsmld.daemon.stream;

import java.util.concurrent.CompletionException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.kinesis.leases.LeaseManagementConfig;

/**
 * For development only: makes the lease table together with its index, whose separate making costs
 * the KCL polls of 10 s, and shortens intervals that no property sets.
 */
final class FastStart {
  private static final String KEY = "leaseKey";
  private static final String OWNER = "leaseOwner";
  private static final String INDEX = "LeaseOwnerToLeaseKeyIndex";

  private FastStart() {}

  static void prepare(SchedulerParts parts) throws StreamException {
    LeaseManagementConfig leases = parts.leaseManagement();
    parts.coordinator().shardConsumerDispatchPollIntervalMillis(100);
    leases
        .workerUtilizationAwareAssignmentConfig()
        .inMemoryWorkerMetricsCaptureFrequencyMillis(100)
        .disableWorkerMetrics(true);
    createLeaseTable(leases.dynamoDBClient(), leases.tableName());
  }

  private static void createLeaseTable(DynamoDbAsyncClient client, String table)
      throws StreamException {
    Probes.ask(
        Service.of("DynamoDB", client.serviceClientConfiguration()),
        "the lease table " + table,
        () ->
            client
                .createTable(
                    request ->
                        request
                            .tableName(table)
                            .billingMode(BillingMode.PAY_PER_REQUEST)
                            .attributeDefinitions(
                                key -> key.attributeName(KEY).attributeType(ScalarAttributeType.S),
                                owner ->
                                    owner.attributeName(OWNER).attributeType(ScalarAttributeType.S))
                            .keySchema(key -> key.attributeName(KEY).keyType(KeyType.HASH))
                            .globalSecondaryIndexes(
                                index ->
                                    index
                                        .indexName(INDEX)
                                        .keySchema(
                                            owner ->
                                                owner.attributeName(OWNER).keyType(KeyType.HASH),
                                            key -> key.attributeName(KEY).keyType(KeyType.RANGE))
                                        .projection(
                                            p -> p.projectionType(ProjectionType.KEYS_ONLY))))
                .handle(
                    (answer, thrown) -> {
                      Throwable cause =
                          thrown instanceof CompletionException ? thrown.getCause() : thrown;
                      if (cause != null && !(cause instanceof ResourceInUseException)) {
                        throw new CompletionException(cause);
                      }
                      return answer;
                    }));
  }
}
