package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.adapter.DynamoDBStreamsGetRecordsResponseAdapter;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Everything but the records' bytes is as the adapter's own client has it. */
class BinaryStreamsClientTest {
  private static final GetRecordsRequest REQUEST =
      GetRecordsRequest.builder().shardIterator("next").limit(10).build();

  @Test
  void encodesTheRecordsOfOneReadOnceHoweverOftenTheyAreAskedFor() throws Exception {
    DynamoDBStreamsGetRecordsResponseAdapter response =
        ours(response(record("1"), record("2"))).getDynamoDBStreamsRecords(REQUEST).get();
    List<KinesisClientRecord> records = response.records();
    assertSame(records, response.records());
    assertEquals(
        List.of("1", "2"), records.stream().map(KinesisClientRecord::sequenceNumber).toList());
    assertEquals(1, records.get(0).data().get(0));
  }

  @Test
  void theRestOfAResponseIsTheAdapters() throws Exception {
    GetRecordsResponse some = response(record("1"));
    DynamoDBStreamsGetRecordsResponseAdapter mine =
        ours(some).getDynamoDBStreamsRecords(REQUEST).get();
    DynamoDBStreamsGetRecordsResponseAdapter theirs =
        adapters(some).getDynamoDBStreamsRecords(REQUEST).get();
    assertEquals(theirs.nextShardIterator(), mine.nextShardIterator());
    assertEquals(theirs.millisBehindLatest(), mine.millisBehindLatest(), 60_000);
    assertNotNull(mine.millisBehindLatest());
    assertEquals(theirs.records().get(0).sequenceNumber(), mine.records().get(0).sequenceNumber());
    assertEquals(
        theirs.records().get(0).approximateArrivalTimestamp(),
        mine.records().get(0).approximateArrivalTimestamp());
    ChildShard child = ChildShard.builder().shardId("child").build();
    mine.addChildShards(List.of(child));
    assertEquals(List.of(child), mine.childShards());
    DynamoDBStreamsGetRecordsResponseAdapter empty =
        ours(response()).getDynamoDBStreamsRecords(REQUEST).get();
    assertNull(empty.millisBehindLatest());
    assertTrue(empty.records().isEmpty());
  }

  @Test
  void anErrorIsTheOneThatTheAdapterMakesOfIt() {
    List<RuntimeException> errors =
        List.of(
            error(ExpiredIteratorException.builder(), "ExpiredIteratorException"),
            error(LimitExceededException.builder(), "LimitExceededException"),
            error(ResourceNotFoundException.builder(), "ResourceNotFoundException"),
            error(TrimmedDataAccessException.builder(), "TrimmedDataAccessException"),
            error(InternalServerErrorException.builder(), "InternalServerError"),
            error(DynamoDbException.builder(), "ThrottlingException"),
            new IllegalStateException("no AWS error"));
    for (RuntimeException error : errors) {
      for (var behavior : AmazonDynamoDBStreamsAdapterClient.SkipRecordsBehavior.values()) {
        Throwable mine = failure(ours(error), behavior);
        Throwable theirs = failure(adapters(error), behavior);
        assertEquals(theirs.getClass(), mine.getClass(), error.toString());
        assertEquals(theirs.getMessage(), mine.getMessage());
      }
    }
  }

  @Test
  void closesItsClient() {
    boolean[] closed = {false};
    DynamoDbStreamsClient streams =
        streams(
            method -> {
              closed[0] |= method.equals("close");
              return null;
            });
    new BinaryStreamsClient(streams, Region.EU_WEST_1).close();
    assertTrue(closed[0]);
  }

  private static Throwable failure(
      AmazonDynamoDBStreamsAdapterClient client,
      AmazonDynamoDBStreamsAdapterClient.SkipRecordsBehavior behavior) {
    client.setSkipRecordsBehavior(behavior);
    ExecutionException thrown =
        assertThrows(
            ExecutionException.class,
            () -> client.getDynamoDBStreamsRecords(REQUEST).get(10, TimeUnit.SECONDS));
    return assertInstanceOf(RuntimeException.class, thrown.getCause());
  }

  private static RuntimeException error(DynamoDbException.Builder builder, String code) {
    return (RuntimeException)
        builder
            .message("what AWS says")
            .statusCode(400)
            .requestId("r")
            .awsErrorDetails(
                AwsErrorDetails.builder().errorCode(code).errorMessage("what AWS says").build())
            .build();
  }

  private static Record record(String sequenceNumber) {
    return Record.builder()
        .eventName("INSERT")
        .dynamodb(
            change ->
                change
                    .sequenceNumber(sequenceNumber)
                    .approximateCreationDateTime(Instant.ofEpochMilli(1_793_534_400_000L))
                    .streamViewType("KEYS_ONLY"))
        .build();
  }

  private static GetRecordsResponse response(Record... records) {
    return GetRecordsResponse.builder().records(records).nextShardIterator("after").build();
  }

  private static AmazonDynamoDBStreamsAdapterClient ours(Object answer) {
    return new BinaryStreamsClient(answering(answer), Region.EU_WEST_1);
  }

  private static AmazonDynamoDBStreamsAdapterClient adapters(Object answer) {
    return new AmazonDynamoDBStreamsAdapterClient(answering(answer), Region.EU_WEST_1);
  }

  /** Answers getRecords with a response, or throws. */
  private static DynamoDbStreamsClient answering(Object answer) {
    return streams(
        method -> {
          if (answer instanceof RuntimeException error) {
            throw error;
          }
          return answer;
        });
  }

  private interface Answer {
    Object to(String method);
  }

  private static DynamoDbStreamsClient streams(Answer answer) {
    return (DynamoDbStreamsClient)
        Proxy.newProxyInstance(
            BinaryStreamsClientTest.class.getClassLoader(),
            new Class<?>[] {DynamoDbStreamsClient.class},
            (proxy, method, arguments) -> answer.to(method.getName()));
  }
}
