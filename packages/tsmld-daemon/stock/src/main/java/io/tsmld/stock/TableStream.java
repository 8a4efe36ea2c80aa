package io.tsmld.stock;

import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.model.ResourceNotFoundException;
import com.amazonaws.services.kinesis.clientlibrary.config.KinesisClientLibConfigurator;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.KinesisClientLibConfiguration;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;

/**
 * Looks up a table's newest stream, for KCL 1, which wants a stream's ARN as {@code streamName}.
 *
 * <p>Credentials, region and endpoint are read from the properties by the KCL's own reader, so that they mean here what they mean to the
 * daemon.
 */
final class TableStream {
  private TableStream() {}

  /** Appends {@code streamName}; of a key that stands twice, Java's properties take the last. */
  static void writeStreamName(String table, Path propertiesFile) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(propertiesFile, StandardCharsets.ISO_8859_1)) {
      properties.load(reader);
    }
    String streamArn = newestStreamArn(table, properties);
    Files.writeString(
        propertiesFile,
        "%nstreamName = %s%n".formatted(streamArn),
        StandardCharsets.ISO_8859_1,
        StandardOpenOption.APPEND);
  }

  private static String newestStreamArn(String table, Properties properties) {
    String streamArn;
    AmazonDynamoDB dynamodb = client(properties);
    try {
      streamArn = dynamodb.describeTable(table).getTable().getLatestStreamArn();
    } catch (ResourceNotFoundException e) {
      throw new IllegalArgumentException("there is no table " + table, e);
    } finally {
      dynamodb.shutdown();
    }
    if (streamArn == null) {
      throw new IllegalArgumentException(
          "the table " + table + " has no stream; enable one with a view type");
    }
    return streamArn;
  }

  /** The lease table and the stream's table lie in the same account, so the lease table's client sees both. */
  private static AmazonDynamoDB client(Properties properties) {
    // Required by the reader, and not known yet.
    properties.setProperty("streamName", "unknown");
    KinesisClientLibConfiguration configuration =
        new KinesisClientLibConfigurator().getConfiguration(properties);
    AmazonDynamoDBClientBuilder builder =
        AmazonDynamoDBClientBuilder.standard()
            .withCredentials(configuration.getKinesisCredentialsProvider());
    // Not kinesisEndpoint: it is the streams' host, which does not answer DescribeTable.
    String endpoint = configuration.getDynamoDBEndpoint();
    String region = configuration.getRegionName();
    if (endpoint != null && !endpoint.isEmpty()) {
      builder.withEndpointConfiguration(new EndpointConfiguration(endpoint, region));
    } else if (region != null && !region.isEmpty()) {
      builder.withRegion(region);
    }
    return builder.build();
  }
}
