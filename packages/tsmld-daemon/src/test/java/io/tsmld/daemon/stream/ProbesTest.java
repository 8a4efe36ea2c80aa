package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

class ProbesTest {
  private static final byte[] TABLE =
      "{\"Table\":{\"KeySchema\":[{\"AttributeName\":\"leaseKey\",\"KeyType\":\"HASH\"}]}}"
          .getBytes();

  private final AtomicInteger attempts = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  @Test
  void anEndpointThatNeverAnswersIsAskedThreeTimesAndSaidSo() {
    server.createContext("/", exchange -> {});
    StreamException told = assertThrows(StreamException.class, () -> ask(Duration.ofMillis(300)));
    assertEquals("TimeoutException", told.error());
    assertEquals(
        "DynamoDB at "
            + address()
            + " did not answer about the table t within 10 s, asked 3 times: look whether it is"
            + " overloaded, and whether a proxy or a firewall in between swallows what it says",
        told.getMessage());
    assertEquals(3, attempts.get());
  }

  @Test
  void anEndpointThatFailsAndThenAnswersIsUnderstood() throws Exception {
    server.createContext(
        "/",
        exchange -> {
          boolean fails = attempts.get() < 3;
          exchange.sendResponseHeaders(fails ? 500 : 200, fails ? -1 : TABLE.length);
          exchange.getResponseBody().write(fails ? new byte[0] : TABLE);
          exchange.close();
        });
    ask(Probes.ATTEMPT);
    assertEquals(3, attempts.get());
  }

  @Test
  void anEndpointThatRefusesIsAskedOnce() {
    server.stop(0);
    StreamException told = assertThrows(StreamException.class, () -> ask(Probes.ATTEMPT));
    assertEquals(
        "Could not reach DynamoDB at " + address() + " (Connection refused)", told.getMessage());
    assertEquals(1, attempts.get());
  }

  private void ask(Duration attempt) throws StreamException {
    DynamoDbAsyncClient client = client();
    try {
      Probes.ask(
          new Service("DynamoDB", "us-east-1", address()),
          "the table t",
          () ->
              client.describeTable(
                  request ->
                      request.tableName("t").overrideConfiguration(Probes.fewRetries(attempt))));
    } finally {
      Background.THREADS.execute(client::close); // takes 2 s
    }
  }

  private String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private DynamoDbAsyncClient client() {
    ExecutionInterceptor counter =
        new ExecutionInterceptor() {
          @Override
          public void beforeTransmission(Context.BeforeTransmission of, ExecutionAttributes with) {
            attempts.incrementAndGet();
          }
        };
    return DynamoDbAsyncClient.builder()
        .region(Region.US_EAST_1)
        .endpointOverride(URI.create(address()))
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
        .overrideConfiguration(client -> client.addExecutionInterceptor(counter))
        .build();
  }
}
