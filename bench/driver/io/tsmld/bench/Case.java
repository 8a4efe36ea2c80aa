package io.tsmld.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tsmld.daemon.session.Listener;
import java.util.ArrayList;
import java.util.List;

/**
 * What one case feeds, to whom.
 *
 * @param recordBytes the data of a Kinesis record, or each image of a DynamoDB record
 * @param stream the stream's name in Node
 * @param token what Node expects in a hello
 * @param listeners where Node listens; empty for {@code stock}
 * @param executable the command that the MultiLangDaemon runs for a shard; null but for {@code
 *     stock}
 * @param endsByShutdown whether {@code shutdownRequested} ends a shard, not {@code leaseLost}
 */
record Case(
    FeedKind feed,
    RecordKind records,
    int shards,
    int recordBytes,
    int batchRecords,
    String stream,
    String token,
    List<Listener> listeners,
    String executable,
    boolean endsByShutdown) {

  static Case of(JsonNode order) throws Exception {
    List<Listener> listeners = new ArrayList<>();
    for (JsonNode each : order.path("listeners")) {
      listeners.add(Listener.unix(each.path("path").asText(), 0, null));
    }
    return new Case(
        FeedKind.valueOf(order.path("feed").asText().toUpperCase()),
        RecordKind.of(order.path("records").asText()),
        order.path("shards").asInt(),
        order.path("recordBytes").asInt(),
        order.path("batchRecords").asInt(),
        order.path("stream").asText(),
        order.path("token").asText(),
        listeners,
        order.path("executable").asText(null),
        order.path("endsByShutdown").asBoolean());
  }
}
