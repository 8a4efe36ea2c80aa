package io.tsmld.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tsmld.daemon.session.Listener;
import io.tsmld.daemon.stream.StreamSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlParserTest {
  @Test
  void readsAStart() throws Exception {
    ControlMessage message =
        ControlParser.parse(
            """
            {"type":"start","version":1,"token":"abc","nodeTimeoutMs":5000,"listeners":[{"path":"/tmp/s","load":2}],
             "logLevels":{"root":"DEBUG"},
             "streams":[
               {"name":"a","type":"kinesis","properties":{"streamName":"clicks","maxRecords":500,"x":true},"fastStart":true},
               {"name":"b","type":"dynamodb","tableName":"items","properties":{}}]}""");
    assertEquals(
        new ControlMessage.Start(
            "abc",
            5000,
            List.of(Listener.unix("/tmp/s", 2, null)),
            List.of(
                new StreamSpec(
                    "a",
                    StreamSpec.Type.KINESIS,
                    Map.of("streamName", "clicks", "maxRecords", "500", "x", "true"),
                    null,
                    null,
                    true),
                new StreamSpec("b", StreamSpec.Type.DYNAMODB, Map.of(), "items", null, false)),
            Map.of("root", "DEBUG")),
        message);
  }

  @Test
  void readsTheOtherMessages() throws Exception {
    assertEquals(new ControlMessage.Ping(), ControlParser.parse("{\"type\":\"ping\"}"));
    assertEquals(
        new ControlMessage.Stop(7), ControlParser.parse("{\"type\":\"stop\",\"deadlineMs\":7}"));
    assertEquals(
        new ControlMessage.StopStream("a", 7),
        ControlParser.parse("{\"type\":\"stopStream\",\"stream\":\"a\",\"deadlineMs\":7}"));
    assertEquals(
        new ControlMessage.Listeners(
            List.of(Listener.tcp("127.0.0.1", 80, 0, "a"), Listener.unix("/x", 0, null))),
        ControlParser.parse(
            "{\"type\":\"listeners\",\"listeners\":[{\"host\":\"127.0.0.1\",\"port\":80,\"stream\":\"a\"},{\"path\":\"/x\"}]}"));
    assertEquals(
        new ControlMessage.StartStream(
            new StreamSpec("a", StreamSpec.Type.DYNAMODB, Map.of(), null, "arn", false)),
        ControlParser.parse(
            "{\"type\":\"startStream\",\"stream\":{\"name\":\"a\",\"type\":\"dynamodb\",\"streamArn\":\"arn\",\"properties\":{}}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "nonsense                                        | the line is not a JSON object",
        "[]                                              | the line is not a JSON object",
        "{}                                              | type is missing",
        "{\"type\":\"dance\"}                            | unknown type dance",
        "{\"type\":\"stop\"}                             | deadlineMs is missing",
        "{\"type\":\"stop\",\"deadlineMs\":\"soon\"}     | deadlineMs must be a number of milliseconds",
        "{\"type\":\"stop\",\"deadlineMs\":-1}           | deadlineMs must be a number of milliseconds",
        "{\"type\":\"start\",\"version\":2}              | this daemon speaks version 1, not 2",
        "{\"type\":\"listeners\",\"listeners\":{}}       | listeners must be an array",
        "{\"type\":\"listeners\",\"listeners\":[{}]}     | host is missing",
        "{\"type\":\"startStream\",\"stream\":{\"name\":\"a\",\"type\":\"sqs\"}} | the type of stream a is unknown",
        "{\"type\":\"startStream\",\"stream\":{\"name\":\"a\",\"type\":\"dynamodb\",\"properties\":{}}} | stream a needs tableName or streamArn, and not both",
      })
  void saysWhatIsWrongWithALine(String line, String message) {
    assertEquals(
        message,
        assertThrows(ControlException.class, () -> ControlParser.parse(line)).getMessage());
  }

  @Test
  void neverQuotesALine() {
    ControlException thrown =
        assertThrows(
            ControlException.class,
            () -> ControlParser.parse("{\"type\":\"start\",\"token\":\"s3cret\",\"version\":1"));
    assertFalse(thrown.toString().contains("s3cret"));
  }

  @Test
  void refusesTwoStreamsOfOneName() {
    String stream = "{\"name\":\"a\",\"type\":\"kinesis\",\"properties\":{}}";
    String line =
        "{\"type\":\"start\",\"version\":1,\"token\":\"t\",\"listeners\":[],\"streams\":["
            + stream
            + ","
            + stream
            + "]}";
    assertEquals(
        "two streams have the same name",
        assertThrows(ControlException.class, () -> ControlParser.parse(line)).getMessage());
  }
}
