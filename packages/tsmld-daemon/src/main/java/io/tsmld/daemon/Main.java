package io.tsmld.daemon;

/** The embedded daemon: one JVM that runs the KCL and gives every leased shard a socket to Node. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {}
}
