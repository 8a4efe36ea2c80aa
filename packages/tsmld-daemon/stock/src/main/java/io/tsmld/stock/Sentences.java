package io.tsmld.stock;

/** Turns an exception into one line. */
final class Sentences {
  private Sentences() {}

  static String of(Throwable e) {
    String message = e.getMessage();
    String text = message == null || message.isBlank() ? "" : message.replaceAll("\\s+", " ");
    // Ours say all in their message; of another's the name is half of what there is to know.
    return e instanceof IllegalArgumentException ? text : e.getClass().getSimpleName() + ": " + text;
  }
}
