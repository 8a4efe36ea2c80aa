package io.tsmld.daemon.stream;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;

/** The client of DynamoDB Streams, from the same properties as the KCL's own clients. */
final class DynamoClients {
  /**
   * Our own property, for the rare case that streams have another endpoint than {@code
   * dynamoDBEndpoint}.
   */
  static final String STREAMS_ENDPOINT = "dynamoDBStreamsEndpoint";

  private DynamoClients() {}

  /**
   * Region and credentials are those that a Kinesis stream would be read with ({@code
   * AwsCredentialsProvider}).
   */
  static DynamoDbStreamsClient streams(StreamSpec spec, SchedulerParts parts, String arn) {
    KinesisServiceClientConfiguration kinesis =
        parts.retrieval().kinesisClient().serviceClientConfiguration();
    // The values that AWS recommends against the throttling of DescribeStream.
    BackoffStrategy backoff =
        BackoffStrategy.exponentialDelay(Duration.ofMillis(100), Duration.ofSeconds(10));
    StandardRetryStrategy retries =
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .maxAttempts(10)
            .backoffStrategy(backoff)
            .throttlingBackoffStrategy(backoff)
            .build();
    var builder =
        DynamoDbStreamsClient.builder()
            .region(kinesis.region())
            .credentialsProvider(kinesis.credentialsProvider())
            .overrideConfiguration(
                override -> {
                  override.retryStrategy(retries);
                  if (LocalStreamArn.isLocal(arn)) {
                    override.addExecutionInterceptor(LocalStreamArn.restoring(arn));
                  }
                });
    endpoint(spec, parts).ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static Optional<URI> endpoint(StreamSpec spec, SchedulerParts parts) {
    String own = spec.property(STREAMS_ENDPOINT);
    return own != null
        ? Optional.of(URI.create(own))
        : parts.leaseManagement().dynamoDBClient().serviceClientConfiguration().endpointOverride();
  }
}
