package io.tsmld.stock;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;

/**
 * Starts AWS's unmodified daemon so that it cannot outlive Node and so that its log has one shape.
 *
 * <p>{@code Launcher [--level logger=LEVEL]… [--table NAME] mainClass propertiesFile}
 *
 * <p>Exit codes of its own: 2 the arguments or the properties are wrong or the table has no stream, 4 Node went away.
 */
public final class Launcher {
  static final int EXIT_CANNOT_START = 2;
  static final int EXIT_NODE_WENT_AWAY = 4;

  private Launcher() {}

  public static void main(String[] arguments) {
    StdinWatch.haltAtEnd(EXIT_NODE_WENT_AWAY);
    Arguments parsed;
    try {
      parsed = Arguments.parse(arguments);
      Logs.configure(parsed.levels());
      if (parsed.table() != null) {
        TableStream.writeStreamName(parsed.table(), Path.of(parsed.propertiesFile()));
      }
    } catch (Exception e) {
      fail(e);
      return;
    }
    start(parsed);
  }

  /** Calls the daemon's own main, which ends by System.exit. */
  private static void start(Arguments parsed) {
    try {
      Class<?> daemon = Class.forName(parsed.mainClass());
      daemon
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[] {parsed.propertiesFile()});
    } catch (ClassNotFoundException e) {
      fail(new IllegalArgumentException("no class " + parsed.mainClass() + " on the class path"));
    } catch (InvocationTargetException e) {
      e.getCause().printStackTrace(System.err);
      Runtime.getRuntime().halt(1);
    } catch (ReflectiveOperationException e) {
      fail(e);
    }
  }

  private static void fail(Exception e) {
    System.err.println("tsmld: the stock daemon cannot start: " + Sentences.of(e));
    System.err.flush();
    Runtime.getRuntime().halt(EXIT_CANNOT_START);
  }
}
