package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.dynamodbv2.streamsadapter.polling.DynamoDBStreamsPollingConfig;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** Properties as an aws-kcl file has them, up to the KCL's configurations; no network. */
class PlanTest {
  private static final String ARN =
      "arn:aws:dynamodb:ddblocal:000000000000:table/items/stream/2026-01-01T00:00:00.000";

  private final Clients clients = new Clients();

  @AfterEach
  void close() {
    clients.close();
  }

  @Test
  void aKinesisStreamIsAsItsPropertiesSay() throws Exception {
    StreamPlan plan =
        KinesisPlan.make(
            spec(
                StreamSpec.Type.KINESIS,
                null,
                Map.of(
                    "maxRecords", "123", "executableName", "node x.js", "timeoutInSeconds", "9")),
            clients);
    PollingConfig polling =
        assertInstanceOf(PollingConfig.class, plan.parts().retrieval().retrievalSpecificConfig());
    assertEquals(123, polling.maxRecords());
    assertEquals("app", plan.parts().leaseManagement().tableName());
    assertEquals("w1", plan.parts().leaseManagement().workerIdentifier());
    assertEquals(9_000, plan.actionTimeoutMs());
    assertEquals("kinesis", plan.recordFormat());
  }

  @Test
  void reportsAreAsItsPropertiesSay() throws Exception {
    StreamPlan plan =
        KinesisPlan.make(
            spec(
                StreamSpec.Type.KINESIS,
                null,
                Map.of(
                    "workerMetricsReporterFreqInMillis", "5000",
                    "noOfPersistedMetricsPerWorkerMetrics", "60",
                    "workerMetricsEMAAlpha", "0.109")),
            clients);
    var reports = plan.parts().leaseManagement().workerUtilizationAwareAssignmentConfig();
    assertEquals(5_000, reports.workerMetricsReporterFreqInMillis());
    assertEquals(60, reports.noOfPersistedMetricsPerWorkerMetrics());
    assertEquals(0.109, reports.workerMetricsEMAAlpha());
  }

  @Test
  void aDynamoDbStreamKeepsItsPollingAndLeaseOptions() throws Exception {
    StreamPlan plan =
        DynamoPlan.make(
            spec(
                StreamSpec.Type.DYNAMODB,
                ARN,
                Map.of(
                    "maxRecords", "77",
                    "idleTimeBetweenReadsInMillis", "345",
                    "failoverTimeMillis", "4321",
                    "callProcessRecordsEvenForEmptyRecordList", "true")),
            clients);
    DynamoDBStreamsPollingConfig polling =
        assertInstanceOf(
            DynamoDBStreamsPollingConfig.class, plan.parts().retrieval().retrievalSpecificConfig());
    assertEquals(77, polling.maxRecords());
    assertEquals(345, polling.idleTimeBetweenReadsInMillis());
    assertEquals(4321, plan.parts().leaseManagement().failoverTimeMillis());
    assertTrue(plan.parts().processor().callProcessRecordsEvenForEmptyRecordList());
    assertEquals(0, plan.parts().leaseManagement().shardSyncIntervalMillis());
    assertEquals("dynamodb-binary", plan.recordFormat());
  }

  @Test
  void aDynamoDbStreamCannotStartAtATimestamp() {
    StreamSpec spec =
        spec(
            StreamSpec.Type.DYNAMODB, ARN, Map.of("initialPositionInStreamExtended", "1700000000"));
    StreamException thrown =
        assertThrows(StreamException.class, () -> DynamoPlan.make(spec, clients));
    assertTrue(thrown.getMessage().contains("AT_TIMESTAMP"), thrown.getMessage());
  }

  private static StreamSpec spec(StreamSpec.Type type, String arn, Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(more);
    properties.putAll(
        Map.of(
            "applicationName", "app",
            "workerId", "w1",
            "regionName", "eu-west-1",
            "metricsLevel", "NONE",
            "kinesisEndpoint", "http://127.0.0.1:1",
            "dynamoDBEndpoint", "http://127.0.0.1:1"));
    if (type == StreamSpec.Type.KINESIS) {
      properties.put("streamName", "clicks");
    }
    return new StreamSpec("app", type, properties, null, arn, false);
  }
}
