package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PropertiesTest {
  @Test
  void addsDefaultCredentialsOnlyWhereNoneAreGiven() {
    assertEquals(
        "DefaultCredentialsProvider", complete(Map.of(), false).get("AwsCredentialsProvider"));
    assertFalse(
        complete(Map.of("awscredentialsproviderDynamoDB", "X"), false)
            .containsKey("AwsCredentialsProvider"));
  }

  @Test
  void aFastStartShortensOnlyWhatNoPropertySays() {
    Map<String, String> all = complete(Map.of("FailoverTimeMillis", "9000"), true);
    assertEquals("9000", all.get("FailoverTimeMillis"));
    assertFalse(all.containsKey("failoverTimeMillis"));
    assertEquals("200", all.get("shardSyncIntervalMillis"));
    assertFalse(complete(Map.of(), false).containsKey("shardSyncIntervalMillis"));
  }

  private static Map<String, String> complete(Map<String, String> properties, boolean fastStart) {
    return Properties.complete(
        new StreamSpec("a", StreamSpec.Type.KINESIS, properties, null, null, fastStart));
  }
}
