package io.tsmld.daemon.stream;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is added to a stream's properties where they do not say otherwise. */
final class Properties {
  /** Short intervals cost requests to the lease table, which nobody pays for in development. */
  private static final Map<String, String> FAST_START =
      Map.of(
          "failoverTimeMillis", "2000",
          "leaseAssignmentIntervalMillis", "500",
          "shardSyncIntervalMillis", "200",
          "parentShardPollIntervalMillis", "1000");

  private Properties() {}

  static Map<String, String> complete(StreamSpec spec) {
    Map<String, String> all = new LinkedHashMap<>(spec.properties());
    boolean credentials =
        all.keySet().stream()
            .anyMatch(key -> key.toLowerCase().startsWith("awscredentialsprovider"));
    if (!credentials) {
      all.put("AwsCredentialsProvider", "DefaultCredentialsProvider");
    }
    if (spec.fastStart()) {
      FAST_START.forEach(
          (key, value) -> {
            if (spec.property(key) == null) {
              all.put(key, value);
            }
          });
    }
    return all;
  }
}
