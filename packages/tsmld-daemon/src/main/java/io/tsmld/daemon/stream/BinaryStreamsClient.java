package io.tsmld.daemon.stream;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.adapter.DynamoDBStreamsGetRecordsResponseAdapter;
import com.amazonaws.services.dynamodbv2.streamsadapter.util.AmazonServiceExceptionTransformer;
import io.tsmld.daemon.wire.StreamRecordEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * The adapter's client, whose records are binary instead of JSON from the moment they are fetched.
 */
final class BinaryStreamsClient extends AmazonDynamoDBStreamsAdapterClient {
  private final DynamoDbStreamsClient streams;

  BinaryStreamsClient(DynamoDbStreamsClient streams, Region region) {
    super(streams, region);
    this.streams = streams;
  }

  /** As in the adapter, but for the response. */
  @Override
  public CompletableFuture<DynamoDBStreamsGetRecordsResponseAdapter> getDynamoDBStreamsRecords(
      GetRecordsRequest request) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return new Response(streams.getRecords(request));
          } catch (AwsServiceException e) {
            throw AmazonServiceExceptionTransformer.transformDynamoDBStreamsToKinesisGetRecords(
                e, getSkipRecordsBehavior());
          }
        });
  }

  /**
   * Encodes its records once, where the adapter's makes its JSON anew at each of the four times
   * that it and the KCL ask for the records of one read.
   */
  static final class Response extends DynamoDBStreamsGetRecordsResponseAdapter {
    private final List<Record> fetched;
    private List<KinesisClientRecord> records;

    Response(GetRecordsResponse response) {
      super(response);
      this.fetched = response.records();
    }

    @Override
    public List<KinesisClientRecord> records() {
      if (records == null) {
        StreamRecordEncoder encoder = new StreamRecordEncoder();
        List<KinesisClientRecord> encoded = new ArrayList<>(fetched.size());
        for (Record record : fetched) {
          encoded.add(encoder.clientRecord(record));
        }
        records = encoded;
      }
      return records;
    }
  }
}
