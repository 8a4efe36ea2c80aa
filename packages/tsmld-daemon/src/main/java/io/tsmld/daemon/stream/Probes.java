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
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** One question to a service, with a deadline, and its failure in a sentence. */
final class Probes {
  static final int ATTEMPTS = 3;

  /** An emulator on a busy machine, or a service under load, may take seconds to answer. */
  static final Duration ATTEMPT = Duration.ofSeconds(10);

  /** All attempts, and the pauses between them. */
  private static final long DEADLINE_MS = ATTEMPTS * ATTEMPT.toMillis() + 5_000;

  static final Consumer<AwsRequestOverrideConfiguration.Builder> FEW_RETRIES = fewRetries(ATTEMPT);

  private Probes() {}

  /** The clients' own retries keep a user for 13 s before an endpoint that refuses connections. */
  static Consumer<AwsRequestOverrideConfiguration.Builder> fewRetries(Duration attempt) {
    RetryStrategy retries =
        DefaultRetryStrategy.standardStrategyBuilder()
            .useClientDefaults(false)
            .circuitBreakerEnabled(false)
            .maxAttempts(ATTEMPTS)
            .retryOnException(Failures::mayPass)
            .treatAsThrottling(Failures::throttled)
            .build();
    return request ->
        request
            .apiCallAttemptTimeout(attempt)
            .addPlugin(
                client ->
                    client.overrideConfiguration(
                        client.overrideConfiguration().toBuilder().retryStrategy(retries).build()));
  }

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
      throw Failures.silent(service, what, DEADLINE_MS / 1000 + " s");
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
