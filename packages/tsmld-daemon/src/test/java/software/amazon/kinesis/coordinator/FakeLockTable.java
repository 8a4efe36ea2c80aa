package software.amazon.kinesis.coordinator;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClientOptions;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** The table with the leader's lock, as far as the lock's client asks; it checks no condition. */
final class FakeLockTable {
  /** Null where there is none. */
  volatile Map<String, AttributeValue> row;

  volatile boolean away;
  final AtomicInteger renewals = new AtomicInteger();

  /** What happens before a lock is written. */
  volatile Runnable beforePut = () -> {};

  final DynamoDbClient client =
      (DynamoDbClient)
          Proxy.newProxyInstance(
              FakeLockTable.class.getClassLoader(),
              new Class<?>[] {DynamoDbClient.class},
              (proxy, method, arguments) -> answer(method, arguments[0]));

  /** A client of the worker {@code me} that renews every 10 ms, on a thread of whoever runs it. */
  AmazonDynamoDBLockClient locks() {
    return new AmazonDynamoDBLockClient(
        AmazonDynamoDBLockClientOptions.builder(client, "app-CoordinatorState")
            .withPartitionKeyName("key")
            .withTimeUnit(TimeUnit.MILLISECONDS)
            .withLeaseDuration(3_000L)
            .withHeartbeatPeriod(10L)
            .withCreateHeartbeatBackgroundThread(false)
            .withOwnerName("me")
            .build());
  }

  /** Whether another worker may lead at once. */
  boolean isFree() {
    return row == null;
  }

  private Object answer(Method method, Object request) {
    if (away) {
      throw SdkClientException.create("the table is away");
    }
    return switch (method.getName()) {
      case "getItem" ->
          row == null
              ? GetItemResponse.builder().build()
              : GetItemResponse.builder().item(row).build();
      case "putItem" -> {
        beforePut.run();
        row = ((PutItemRequest) request).item();
        yield PutItemResponse.builder().build();
      }
      case "updateItem" -> {
        renewals.incrementAndGet();
        yield UpdateItemResponse.builder().build();
      }
      case "deleteItem" -> {
        row = null;
        yield DeleteItemResponse.builder().build();
      }
      default -> throw new UnsupportedOperationException(method.getName());
    };
  }
}
