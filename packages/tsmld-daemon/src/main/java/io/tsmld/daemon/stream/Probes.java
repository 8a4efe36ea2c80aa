package io.tsmld.daemon.stream;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** One question to a service, with a deadline, and its failure in a sentence. */
final class Probes {
  private static final long DEADLINE_MS = 15_000;
  private static final int ATTEMPTS = 3;

  /** The SDK's pool of connections may hang for 10 s when one was refused. */
  private static final Duration ATTEMPT = Duration.ofSeconds(3);

  /** The clients' own retries keep a user for 13 s before an endpoint that refuses connections. */
  static final Consumer<AwsRequestOverrideConfiguration.Builder> FEW_RETRIES =
      request ->
          request
              .apiCallAttemptTimeout(ATTEMPT)
              .addPlugin(
                  client ->
                      client.overrideConfiguration(
                          client.overrideConfiguration().toBuilder()
                              .retryStrategy(
                                  AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                      .maxAttempts(ATTEMPTS)
                                      .build())
                              .build()));

  private Probes() {}

  /**
   * @param what for the message: "the stream clicks", "the lease table clicks-cache"
   */
  static <T> T ask(Service service, String what, Supplier<CompletableFuture<T>> request)
      throws StreamException {
    try {
      return request.get().get(DEADLINE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw Failures.explain(service, what, e.getCause());
    } catch (TimeoutException e) {
      throw new StreamException(
          "TimeoutException",
          "No answer about "
              + what
              + " came within "
              + DEADLINE_MS / 1000
              + " s from "
              + service.address());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StreamException(
          "InterruptedException", "The question about " + what + " was interrupted");
    } catch (RuntimeException e) {
      throw Failures.explain(service, what, e);
    }
  }

  /**
   * A table that does not exist yet is right; one that may not be looked at, or is no lease table,
   * is not.
   */
  static void leaseTable(DynamoDbAsyncClient client, String table) throws StreamException {
    List<KeySchemaElement> keys;
    try {
      keys =
          ask(
                  Service.of("DynamoDB", client.serviceClientConfiguration()),
                  "the lease table " + table,
                  () ->
                      client.describeTable(
                          request -> request.tableName(table).overrideConfiguration(FEW_RETRIES)))
              .table()
              .keySchema();
    } catch (StreamException e) {
      if (e.error().equals(ResourceNotFoundException.class.getSimpleName())) {
        return;
      }
      throw e;
    }
    if (keys.stream().noneMatch(key -> key.attributeName().equals("leaseKey"))) {
      throw new StreamException(
          "IllegalArgumentException",
          "The table "
              + table
              + " is no lease table; choose another applicationName (it names that table)");
    }
  }
}
