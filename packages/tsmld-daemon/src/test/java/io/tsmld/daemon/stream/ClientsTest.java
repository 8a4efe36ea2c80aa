package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientsTest {
  private final Clients clients = new Clients();
  private final List<String> closed = new ArrayList<>();

  @Test
  void areClosedOnce() {
    clients.add(() -> closed.add("kinesis"));
    clients.add(() -> closed.add("dynamodb"));
    clients.close();
    clients.close();
    assertEquals(List.of("kinesis", "dynamodb"), closed);
  }

  @Test
  void oneThatComesTooLateIsClosedAtOnce() {
    clients.close();
    clients.add(() -> closed.add("streams"));
    assertEquals(List.of("streams"), closed);
  }
}
