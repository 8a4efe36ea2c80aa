package io.tsmld.daemon.session;

import io.tsmld.daemon.wire.WriteTurns;
import java.nio.channels.SocketChannel;

/** A connection to a listener, and the turns that all connections to that listener share. */
public record Link(SocketChannel channel, WriteTurns turns) {}
