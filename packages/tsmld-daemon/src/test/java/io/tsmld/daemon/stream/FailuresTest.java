package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

class FailuresTest {
  private static final Service LOCAL = new Service("DynamoDB", "us-east-1", "http://127.0.0.1:1");

  @Test
  void anEndpointThatRefusesIsNamedWithTheReasonOnly() {
    Throwable refused =
        SdkClientException.create(
            "Unable to execute HTTP request: " + "long ".repeat(200),
            new ConnectException("Connection refused: /127.0.0.1:1")
                .initCause(new ConnectException("Connection refused")));
    StreamException told = Failures.explain(LOCAL, "the table t", new CompletionException(refused));
    assertEquals(
        "Could not reach DynamoDB at http://127.0.0.1:1 (Connection refused)", told.getMessage());
    assertEquals("SdkClientException", told.error());
  }

  @Test
  void theAttemptThatWasRefusedIsTheReasonWhenTheLastOneOnlyWaited() {
    Throwable waited = SdkClientException.create("Unable to execute HTTP request: Acquire ...");
    waited.addSuppressed(
        SdkClientException.create("x", new ConnectException("Connection refused: /127.0.0.1:1")));
    assertEquals(
        "Could not reach DynamoDB at http://127.0.0.1:1 (Connection refused)",
        Failures.explain(LOCAL, "the table t", waited).getMessage());
  }

  @Test
  void aHostThatIsUnknownIsNamed() {
    Throwable unknown = SdkClientException.create("x", new UnknownHostException("nowhere"));
    assertEquals(
        "Could not reach DynamoDB in region eu-west-1 (unknown host nowhere)",
        Failures.explain(new Service("DynamoDB", "eu-west-1", null), "the table t", unknown)
            .getMessage());
  }

  @Test
  void whatIsNotFoundIsSaidWithThePlace() {
    Throwable missing =
        ResourceNotFoundException.builder()
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode("ResourceNotFoundException")
                    .errorMessage("no such\nstream")
                    .build())
            .build();
    StreamException told = Failures.explain(LOCAL, "the Kinesis stream clicks", missing);
    assertEquals(
        "Could not read the Kinesis stream clicks in region us-east-1 at http://127.0.0.1:1"
            + " (ResourceNotFoundException: no such stream)",
        told.getMessage());
    assertEquals("ResourceNotFoundException", told.error());
  }

  @Test
  void anEndedChoreIsSaidWithItsErrorAndWhatComesOfIt() {
    StreamException told =
        Failures.choreEnded(
            "assignment of leases", new OutOfMemoryError("unable to create native thread"));
    assertEquals(
        "The KCL's assignment of leases ended, without which shards stop one by one"
            + " (java.lang.OutOfMemoryError: unable to create native thread): the stream starts"
            + " again",
        told.getMessage());
    assertEquals("OutOfMemoryError", told.error());
  }

  @Test
  void aMissingRegionIsSaidWithoutTheChainOfProviders() {
    Throwable none =
        new RuntimeException(
            SdkClientException.create(
                "Unable to load region from any of the providers in the chain x@67e17a4f"));
    assertEquals(
        "No region: give the stream a region, or set AWS_REGION",
        Failures.noRegion(none).getMessage());
    assertNull(Failures.noRegion(new RuntimeException("other")));
  }
}
