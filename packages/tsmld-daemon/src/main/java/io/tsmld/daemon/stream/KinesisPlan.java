package io.tsmld.daemon.stream;

import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.multilang.config.DaemonConfiguration;

/** Prepares a Kinesis stream, exactly as its properties say. */
final class KinesisPlan {
  private KinesisPlan() {}

  static StreamPlan make(StreamSpec spec, Clients clients) {
    DaemonConfiguration configuration = new DaemonConfiguration(Properties.complete(spec));
    SchedulerParts parts = configuration.resolve();
    parts.clientsTo(clients);
    parts.lifecycle().aggregatorUtil(new WholeAggregates());
    String stream = configuration.streamName();
    KinesisAsyncClient kinesis = parts.retrieval().kinesisClient();
    // ListShards: the one call that the KCL needs in any case, so that the probe asks for no
    // permission of its own.
    StreamPlan.Probe probe =
        () -> {
          Probes.ask(
              Service.of("Kinesis", kinesis.serviceClientConfiguration()),
              "the Kinesis stream " + stream,
              () ->
                  kinesis.listShards(
                      request ->
                          request
                              .streamName(stream)
                              .maxResults(1)
                              .overrideConfiguration(Probes.FEW_RETRIES)));
          Probes.leaseTable(
              parts.leaseManagement().dynamoDBClient(), parts.leaseManagement().tableName());
        };
    return new StreamPlan(parts, "kinesis", configuration.actionTimeoutMs(), probe);
  }
}
