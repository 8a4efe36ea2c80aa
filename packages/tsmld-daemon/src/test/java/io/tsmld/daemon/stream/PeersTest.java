package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.leases.LeaseManagementConfig;

class PeersTest {
  private HttpServer table;
  private DynamoDbAsyncClient client;

  /** Of the application's move to KCL 3; null where there is none. */
  private volatile String row;

  @BeforeEach
  void listen() throws Exception {
    table = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    table.createContext("/", this::answer);
    table.start();
    client =
        DynamoDbAsyncClient.builder()
            .region(Region.EU_WEST_1)
            .endpointOverride(URI.create("http://127.0.0.1:" + table.getAddress().getPort()))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
            .build();
  }

  @AfterEach
  void close() {
    table.stop(0);
    Background.THREADS.execute(client::close); // takes 2 s
  }

  @ParameterizedTest
  @CsvSource({
    "COMPATIBLE_WITH_2X, 3X_WITH_ROLLBACK, other",
    "COMPATIBLE_WITH_2X, UPGRADE_FROM_2X,",
    "COMPATIBLE_WITH_2X, 2X,",
    "3X, 3X, other",
    "3X, UPGRADE_FROM_2X,",
    "3X,, other",
    "COMPATIBLE_WITH_2X,,",
  })
  void aLeaseIsHandedToAnotherWorkerWhereTheRowSaysThatLeasesAreAssigned(
      String configured, String written, String peer) {
    row = written == null ? null : "CLIENT_VERSION_" + written;
    Peers peers = peers(configured);
    peers.refreshAndLeave();
    assertEquals(peer, peers.next());
  }

  @Test
  void withoutAnAnswerItIsAsConfigured() {
    row = "down";
    Peers assigned = peers("3X");
    assigned.refreshAndLeave();
    assertEquals("other", assigned.next());
    Peers taken = peers("COMPATIBLE_WITH_2X");
    taken.refreshAndLeave();
    assertNull(taken.next());
  }

  private Peers peers(String configured) {
    var leases = new LeaseManagementConfig("app", "app", client, null, "me");
    var coordinator = new CoordinatorConfig("app");
    coordinator.clientVersionConfig(
        ClientVersionConfig.valueOf("CLIENT_VERSION_CONFIG_" + configured));
    return new Peers(leases, coordinator);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String operation = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    exchange.getRequestBody().readAllBytes();
    boolean down = operation.endsWith("GetItem") && "down".equals(row);
    String said =
        switch (operation.substring(operation.indexOf('.') + 1)) {
          case "Scan" -> workers();
          case "GetItem" -> migration();
          default -> "{}";
        };
    byte[] body = said.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(down ? 400 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String workers() {
    long now = Instant.now().getEpochSecond();
    return """
        {"Items":[{"wid":{"S":"me"},"lut":{"N":"%1$d"}},{"wid":{"S":"other"},"lut":{"N":"%1$d"}},
        {"wid":{"S":"dead"},"lut":{"N":"%2$d"}}]}"""
        .formatted(now, now - 600);
  }

  private String migration() {
    return row == null
        ? "{}"
        : """
          {"Item":{"key":{"S":"Migration3.0"},"cv":{"S":"%s"},"mb":{"S":"me"},"mts":{"N":"1"},"h":{"L":[]}}}"""
            .formatted(row);
  }
}
