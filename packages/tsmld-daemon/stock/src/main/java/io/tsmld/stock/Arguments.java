package io.tsmld.stock;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the launcher was asked for; {@code table} is null where the properties name the stream. */
record Arguments(
    Map<String, String> levels, String table, String mainClass, String propertiesFile) {

  static Arguments parse(String[] arguments) {
    Map<String, String> levels = new LinkedHashMap<>();
    String table = null;
    int at = 0;
    while (at + 1 < arguments.length && arguments[at].startsWith("--")) {
      String value = arguments[at + 1];
      switch (arguments[at]) {
        case "--level" -> {
          int equals = value.lastIndexOf('=');
          if (equals < 0) {
            throw new IllegalArgumentException("--level needs logger=LEVEL, not " + value);
          }
          levels.put(value.substring(0, equals), value.substring(equals + 1));
        }
        case "--table" -> table = value;
        default -> throw new IllegalArgumentException("unknown option " + arguments[at]);
      }
      at += 2;
    }
    if (arguments.length - at != 2) {
      throw new IllegalArgumentException(
          "usage: [--level logger=LEVEL]… [--table NAME] mainClass propertiesFile");
    }
    return new Arguments(levels, table, arguments[at], arguments[at + 1]);
  }
}
