package io.tsmld.daemon.stream;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsConsumerTaskFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsDataFetcher;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsLeaseManagementFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsSleepTimeController;
import com.amazonaws.services.dynamodbv2.streamsadapter.StreamsSchedulerFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.polling.DynamoDBStreamsPollingConfig;
import io.tsmld.daemon.wire.StreamRecordEncoder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.multilang.config.DaemonConfiguration;
import software.amazon.kinesis.processor.StreamTracker;
import software.amazon.kinesis.retrieval.RetrievalConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * Prepares a DynamoDB stream: the MultiLangDaemon's properties with the DynamoDB Streams adapter's
 * parts. The adapter's own factory constructs the scheduler itself and drops the polling options,
 * so its parts are put together here.
 */
final class DynamoPlan {
  private DynamoPlan() {}

  static StreamPlan make(StreamSpec spec, Clients clients) throws StreamException {
    DaemonConfiguration configuration = new DaemonConfiguration(properties(spec));
    SchedulerParts parts = configuration.resolve();
    parts.clientsTo(clients);
    LeaseManagementConfig leases = parts.leaseManagement();
    refuseTimestamp(leases.initialPositionInStream());

    String arn =
        spec.streamArn() == null
            ? newestStream(leases.dynamoDBClient(), spec.tableName())
            : spec.streamArn();
    Region region = parts.retrieval().kinesisClient().serviceClientConfiguration().region();
    DynamoDbStreamsClient streams = DynamoClients.streams(spec, parts, arn);
    clients.add(streams);
    AmazonDynamoDBStreamsAdapterClient adapter = new BinaryStreamsClient(streams, region);
    String adapterArn = LocalStreamArn.withRegion(arn, region.id());

    RetrievalConfig retrieval = retrieval(configuration, parts, adapter, adapterArn);
    parts.coordinator().skipShardSyncAtWorkerInitializationIfLeasesExist(true);
    // All of this before the factory below, which copies it: the adapter looks for no holes, and
    // waits not after a shard sync.
    leases.leasesRecoveryAuditorInconsistencyConfidenceThreshold(0).shardSyncIntervalMillis(0);
    leases
        .leaseManagementFactory(
            new DynamoDBStreamsLeaseManagementFactory(adapter, leases, retrieval))
        .consumerTaskFactory(new DynamoDBStreamsConsumerTaskFactory());

    StreamPlan.Probe probe =
        () -> {
          Probes.ask(
              Service.of("DynamoDB Streams", streams.serviceClientConfiguration()),
              "the DynamoDB stream " + arn,
              () ->
                  CompletableFuture.supplyAsync(
                      () ->
                          streams.describeStream(
                              request ->
                                  request
                                      .streamArn(arn)
                                      .limit(1)
                                      .overrideConfiguration(Probes.FEW_RETRIES)),
                      Background.THREADS));
          Probes.leaseTable(leases.dynamoDBClient(), leases.tableName());
        };
    return new StreamPlan(
        parts.withRetrieval(retrieval),
        StreamRecordEncoder.FORMAT,
        configuration.actionTimeoutMs(),
        probe);
  }

  /**
   * The parser wants the name of a Kinesis stream, and would choose enhanced fan-out; neither
   * exists here.
   */
  private static Map<String, String> properties(StreamSpec spec) {
    Map<String, String> all = new HashMap<>(Properties.complete(spec));
    all.keySet()
        .removeIf(
            key ->
                key.equalsIgnoreCase("streamArn")
                    || key.equalsIgnoreCase("streamName")
                    || key.equalsIgnoreCase("retrievalMode")
                    || key.equalsIgnoreCase(DynamoClients.STREAMS_ENDPOINT));
    all.put("streamName", spec.name());
    all.put("retrievalMode", "POLLING");
    return all;
  }

  private static RetrievalConfig retrieval(
      DaemonConfiguration configuration,
      SchedulerParts parts,
      AmazonDynamoDBStreamsAdapterClient adapter,
      String arn) {
    RetrievalConfig from = parts.retrieval();
    StreamTracker tracker =
        StreamsSchedulerFactory.createSingleStreamTracker(
            arn, parts.leaseManagement().initialPositionInStream());
    String stream = tracker.streamConfigList().get(0).streamIdentifier().streamName();
    DynamoDBStreamsPollingConfig polling = new DynamoDBStreamsPollingConfig(stream, adapter);
    carryOver((PollingConfig) from.retrievalSpecificConfig(), polling);
    polling
        .dataFetcherProvider(fetcher -> new DynamoDBStreamsDataFetcher(adapter, fetcher))
        .sleepTimeController(new DynamoDBStreamsSleepTimeController());
    return new RetrievalConfig(adapter, tracker, configuration.applicationName())
        .retrievalSpecificConfig(polling)
        .listShardsBackoffTimeInMillis(from.listShardsBackoffTimeInMillis())
        .maxListShardsRetryAttempts(from.maxListShardsRetryAttempts());
  }

  /** Where no property says how long to idle, the adapter's own 1 s stays. */
  private static void carryOver(PollingConfig from, DynamoDBStreamsPollingConfig to) {
    if (from.usePollingConfigIdleTimeValue()) {
      to.idleTimeBetweenReadsInMillis(from.idleTimeBetweenReadsInMillis());
    }
    to.maxRecords(from.maxRecords())
        .retryGetRecordsInSeconds(from.retryGetRecordsInSeconds())
        .maxGetRecordsThreadPool(from.maxGetRecordsThreadPool())
        .kinesisRequestTimeout(from.kinesisRequestTimeout());
  }

  private static void refuseTimestamp(InitialPositionInStreamExtended position)
      throws StreamException {
    if (position.getInitialPositionInStream() == InitialPositionInStream.AT_TIMESTAMP) {
      throw new StreamException(
          "IllegalArgumentException",
          "A DynamoDB stream cannot start AT_TIMESTAMP; use TRIM_HORIZON or LATEST as initialPositionInStream");
    }
  }

  private static String newestStream(DynamoDbAsyncClient client, String table)
      throws StreamException {
    TableDescription description =
        Probes.ask(
                Service.of("DynamoDB", client.serviceClientConfiguration()),
                "the table " + table,
                () ->
                    client.describeTable(
                        request ->
                            request.tableName(table).overrideConfiguration(Probes.FEW_RETRIES)))
            .table();
    boolean enabled =
        description.streamSpecification() != null
            && Boolean.TRUE.equals(description.streamSpecification().streamEnabled());
    if (description.latestStreamArn() == null || !enabled) {
      throw new StreamException(
          "ResourceNotFoundException", "The table " + table + " has no stream; enable one on it");
    }
    return description.latestStreamArn();
  }
}
