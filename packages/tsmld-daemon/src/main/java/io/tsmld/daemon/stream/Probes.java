package io.tsmld.daemon.stream;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** One question to a service, with a deadline, and its failure in a sentence. */
final class Probes {
  private static final long DEADLINE_MS = 15_000;
  private static final String NO_CREDENTIALS =
      "no AWS credentials were found: set the AWS_ variables, a profile or a role for the JVM, or the"
          + " option credentials";

  private Probes() {}

  /**
   * @param what for the message: "the stream clicks", "the lease table clicks-cache"
   */
  static <T> T ask(String what, Supplier<CompletableFuture<T>> request) throws StreamException {
    try {
      return request.get().get(DEADLINE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw explain(what, e.getCause());
    } catch (TimeoutException e) {
      throw new StreamException(
          "TimeoutException",
          "No answer about " + what + " came within " + DEADLINE_MS / 1000 + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StreamException(
          "InterruptedException", "The question about " + what + " was interrupted");
    } catch (RuntimeException e) {
      throw explain(what, e);
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
                  "the lease table " + table,
                  () -> client.describeTable(request -> request.tableName(table)))
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

  static StreamException explain(String what, Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String name = cause.getClass().getSimpleName();
    if (cause instanceof AwsServiceException service && service.awsErrorDetails() != null) {
      String code = service.awsErrorDetails().errorCode();
      String message = service.awsErrorDetails().errorMessage();
      boolean generic = name.equals("KinesisException") || name.equals("DynamoDbException");
      return new StreamException(
          generic && code != null ? code : name, sentence(what, code + ": " + message));
    }
    String message = String.valueOf(cause.getMessage());
    // The SDK then lists its whole chain of providers, each with its reason: no sentence.
    boolean noCredentials = message.startsWith("Unable to load credentials");
    return new StreamException(name, sentence(what, noCredentials ? NO_CREDENTIALS : message));
  }

  private static String sentence(String what, String detail) {
    String line = detail.replaceAll("\\s+", " ").strip();
    return "Could not read " + what + " (" + line + ")";
  }
}
