package io.tsmld.daemon.stream;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.retry.RetryUtils;

/** What the AWS SDK throws, in a sentence for a stream's user. */
final class Failures {
  private static final String NO_CREDENTIALS =
      "no AWS credentials were found: set the AWS_ variables, a profile or a role for the JVM, or the"
          + " option credentials";
  private static final String NO_REGION = "No region: give the stream a region, or set AWS_REGION";

  private Failures() {}

  static StreamException explain(Service service, String what, Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String name = cause.getClass().getSimpleName();
    String read = "Could not read " + what + " " + service.place();
    if (cause instanceof AwsServiceException answer && answer.awsErrorDetails() != null) {
      String code = answer.awsErrorDetails().errorCode();
      String message = answer.awsErrorDetails().errorMessage();
      boolean generic = name.equals("KinesisException") || name.equals("DynamoDbException");
      return new StreamException(
          generic && code != null ? code : name, sentence(read, code + ": " + message));
    }
    if (cause instanceof ApiCallAttemptTimeoutException) {
      return silent(
          service, what, Probes.ATTEMPT.toSeconds() + " s, asked " + Probes.ATTEMPTS + " times");
    }
    // The SDK's own text lists, from here on, its whole chain of providers or its guesses.
    Throwable network = network(cause);
    if (cause instanceof SdkClientException && network != null) {
      return new StreamException(
          name, sentence("Could not reach " + service.address(), reason(network)));
    }
    String message = String.valueOf(cause.getMessage());
    boolean noCredentials = message.startsWith("Unable to load credentials");
    return new StreamException(name, sentence(read, noCredentials ? NO_CREDENTIALS : message));
  }

  /**
   * @param within for the message: "35 s"
   */
  static StreamException silent(Service service, String what, String within) {
    return new StreamException(
        "TimeoutException",
        service.address()
            + " did not answer about "
            + what
            + " within "
            + within
            + ": look whether it is overloaded, and whether a proxy or a firewall in between"
            + " swallows what it says");
  }

  /**
   * Whether another attempt makes sense. After a refused connection it does not: the address is
   * wrong or nobody listens, and the SDK's pool of connections may then hang for 10 s.
   */
  static boolean mayPass(Throwable thrown) {
    if (!(thrown instanceof SdkException failure) || refused(thrown) != null) {
      return false;
    }
    boolean serverError =
        thrown instanceof SdkServiceException answer && answer.statusCode() >= 500;
    boolean unanswered =
        thrown instanceof ApiCallAttemptTimeoutException
            || thrown instanceof SdkClientException && network(thrown) != null;
    return failure.retryable() || serverError || unanswered || throttled(thrown);
  }

  static boolean throttled(Throwable thrown) {
    return thrown instanceof SdkException failure && RetryUtils.isThrottlingException(failure);
  }

  /** Why no client could be made, where that has a sentence of its own; else null. */
  static StreamException noRegion(Throwable thrown) {
    Throwable cause =
        innermost(
            thrown, each -> String.valueOf(each.getMessage()).startsWith("Unable to load region"));
    return cause == null ? null : new StreamException(cause.getClass().getSimpleName(), NO_REGION);
  }

  /**
   * What the KCL does in the background has ended by an error, which it would not have told.
   *
   * @param chore "assignment of leases"
   */
  static StreamException choreEnded(String chore, Throwable why) {
    String start = "The KCL's " + chore + " ended, without which shards stop one by one";
    return new StreamException(
        why.getClass().getSimpleName(),
        sentence(start, why.toString()) + ": the stream starts again");
  }

  /** The last attempt may only have waited for a connection; those before it are suppressed. */
  private static Throwable network(Throwable thrown) {
    Throwable found = innermost(thrown, IOException.class::isInstance);
    for (Throwable earlier : thrown.getSuppressed()) {
      Throwable refused = refused(earlier);
      found = refused == null ? found : refused;
    }
    return found;
  }

  /** Netty's word for a connection that came to nothing in time is a ConnectException as well. */
  private static Throwable refused(Throwable thrown) {
    return innermost(
        thrown,
        each -> each instanceof ConnectException && !(each instanceof ConnectTimeoutException));
  }

  private static Throwable innermost(Throwable thrown, Predicate<Throwable> is) {
    Throwable found = null;
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      found = is.test(each) ? each : found;
    }
    return found;
  }

  private static String reason(Throwable network) {
    String message = String.valueOf(network.getMessage());
    if (network instanceof ConnectException) {
      return message.replaceFirst(": .*", ""); // what follows is the address again
    }
    return network instanceof UnknownHostException
        ? "unknown host " + message.replaceFirst(": .*", "")
        : message;
  }

  private static String sentence(String start, String detail) {
    return start + " (" + detail.replaceAll("\\s+", " ").strip() + ")";
  }
}
