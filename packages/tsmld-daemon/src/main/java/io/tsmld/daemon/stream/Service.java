package io.tsmld.daemon.stream;

import software.amazon.awssdk.awscore.AwsServiceClientConfiguration;

/**
 * A service that a stream needs, for messages.
 *
 * @param name "DynamoDB"
 * @param endpoint null where it is the region's own
 */
record Service(String name, String region, String endpoint) {
  static Service of(String name, AwsServiceClientConfiguration client) {
    return new Service(
        name, client.region().id(), client.endpointOverride().map(Object::toString).orElse(null));
  }

  /** Where something is looked for: "in region us-east-1 at http://localhost:8000". */
  String place() {
    return "in region " + region + (endpoint == null ? "" : " at " + endpoint);
  }

  /** What is connected to: "DynamoDB at http://localhost:8000". */
  String address() {
    return name + (endpoint == null ? " in region " + region : " at " + endpoint);
  }
}
