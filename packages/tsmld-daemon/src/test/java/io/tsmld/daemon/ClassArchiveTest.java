package io.tsmld.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClassArchiveTest {
  @Test
  void listsClassesThatThereAre() {
    List<String> names = ClassArchive.names();
    assertTrue(names.contains(Main.class.getName()));
    assertEquals(names.stream().sorted().distinct().toList(), names);
    List<String> gone =
        names.stream().filter(name -> name.startsWith("io.tsmld.")).filter(this::isGone).toList();
    assertEquals(List.of(), gone, "npm run classes -w tsmld-daemon makes the list anew");
  }

  private boolean isGone(String name) {
    return getClass().getClassLoader().getResource(name.replace('.', '/') + ".class") == null;
  }
}
