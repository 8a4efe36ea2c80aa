package io.tsmld.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Loads the classes that the daemon uses until its first records, and ends. A JVM that is started
 * with {@code -XX:ArchiveClassesAtExit} then writes them into an archive, from which later JVMs map
 * them instead of reading and verifying each: half of the daemon's start.
 */
public final class ClassArchive {
  private static final String LIST = "classes.txt";

  private ClassArchive() {}

  public static void main(String[] args) {
    long loaded = names().stream().filter(ClassArchive::load).count();
    System.out.println(loaded);
  }

  /** One class a line; {@code scripts/class-list.mjs} makes it out of what a JVM logs. */
  static List<String> names() {
    try (InputStream list = ClassArchive.class.getResourceAsStream(LIST);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))) {
      return lines.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A class that this JVM cannot load, for it may be of another version, is left out. */
  private static boolean load(String name) {
    try {
      Class.forName(name, false, ClassArchive.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
