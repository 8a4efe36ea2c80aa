package io.tsmld.daemon.stream;

import java.util.Map;

/**
 * One stream as {@code start} describes it.
 *
 * @param properties the MultiLangDaemon's own
 * @param tableName for {@code dynamodb}: the table whose newest stream is read; else null
 * @param streamArn for {@code dynamodb}: the stream itself; else null
 * @param fastStart for development: without the waits that keep many workers from starting at once
 */
public record StreamSpec(
    String name,
    Type type,
    Map<String, String> properties,
    String tableName,
    String streamArn,
    boolean fastStart) {

  public enum Type {
    KINESIS,
    DYNAMODB
  }

  /**
   * The value of a property, whose first letter may be of either case, as the MultiLangDaemon takes
   * it.
   */
  String property(String key) {
    for (Map.Entry<String, String> entry : properties.entrySet()) {
      if (entry.getKey().equalsIgnoreCase(key)) {
        return entry.getValue();
      }
    }
    return null;
  }
}
