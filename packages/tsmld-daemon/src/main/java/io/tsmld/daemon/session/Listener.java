package io.tsmld.daemon.session;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/**
 * An address where Node awaits sessions.
 *
 * @param load how busy it is there beside the connections to this address, as Node last said
 * @param stream null, or the one stream that it serves
 */
public record Listener(SocketAddress address, int load, String stream) {
  public static Listener unix(String path, int load, String stream) {
    return new Listener(UnixDomainSocketAddress.of(path), load, stream);
  }

  /** Only the loopback: the token is sent in clear. */
  public static Listener tcp(String host, int port, int load, String stream)
      throws UnknownHostException {
    InetAddress address = InetAddress.getByName(host);
    if (!address.isLoopbackAddress()) {
      throw new UnknownHostException("a listener must be on the loopback, not on " + host);
    }
    return new Listener(new InetSocketAddress(address, port), load, stream);
  }
}
