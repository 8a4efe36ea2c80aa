package io.tsmld.daemon.wire;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whatever bytes come from Node, they are messages or an error of ours, and the same however they
 * are cut. Jazzer calls {@link #fuzzerTestOneInput} ({@code npm run fuzz -- --java}), and {@link
 * FrameReaderFuzzTest} does with inputs of its own.
 */
public final class FrameReaderFuzz {
  private FrameReaderFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String whole = read(input, Integer.MAX_VALUE);
    for (int chunk : new int[] {1, 7}) {
      String cut = read(input, chunk);
      if (!cut.equals(whole)) {
        throw new AssertionError("whole: " + whole + ", " + chunk + " bytes at a time: " + cut);
      }
    }
  }

  private static String read(byte[] input, int chunk) {
    List<String> messages = new ArrayList<>();
    FrameReader reader = new FrameReader(Vectors.channel(input, chunk));
    try {
      for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
        messages.add(Messages.parse(frame).toString());
      }
    } catch (ProtocolException | EOFException e) {
      messages.add(e.toString());
    } catch (IOException e) {
      throw new AssertionError("an error that is not the protocol's", e);
    }
    return messages.toString();
  }
}
