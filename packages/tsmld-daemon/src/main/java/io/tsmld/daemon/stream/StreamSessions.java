package io.tsmld.daemon.stream;

import io.tsmld.daemon.session.Connector;
import io.tsmld.daemon.session.ListenerRegistry;
import io.tsmld.daemon.session.Session;
import io.tsmld.daemon.session.SessionConfig;
import io.tsmld.daemon.session.ShardLease;
import io.tsmld.daemon.session.ShardProcessor;
import io.tsmld.daemon.session.ShardSessions;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The live sessions of one stream: opened, given up, drained. */
final class StreamSessions implements ShardSessions {
  private static final Logger LOG = LoggerFactory.getLogger(StreamSessions.class);

  private final SessionConfig config;
  private final Connector connector;
  private final long failoverMs;
  private final StreamEvents events;
  private final Set<ShardProcessor> live = new HashSet<>();

  private volatile boolean stopping;
  private volatile boolean abandoned;

  StreamSessions(
      SessionConfig config, ListenerRegistry listeners, long failoverMs, StreamEvents events) {
    this.config = config;
    this.connector = Connector.leastLoaded(listeners, config.stream());
    this.failoverMs = failoverMs;
    this.events = events;
  }

  /** From now on new processors are inert. */
  void stop() {
    synchronized (live) {
      stopping = true;
    }
  }

  /** Ends every session now; their leases are released by whoever calls this. */
  void abandon(String reason) {
    Set<ShardProcessor> all;
    synchronized (live) {
      stopping = true;
      abandoned = true;
      all = Set.copyOf(live);
    }
    all.forEach(processor -> processor.abandon(reason));
  }

  /** Waits until no session is left; false at the deadline. */
  boolean awaitDrained(long deadlineNanos) throws InterruptedException {
    synchronized (live) {
      while (!live.isEmpty()) {
        long leftMs = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
          return false;
        }
        live.wait(Math.min(leftMs, 1_000));
      }
      return true;
    }
  }

  /** The shards that still have a session, for the log. */
  String undrained() {
    synchronized (live) {
      return String.join(", ", live.stream().map(p -> p.lease().shardId()).sorted().toList());
    }
  }

  @Override
  public boolean stopping() {
    return stopping;
  }

  @Override
  public long giveUpAgainAfterMs() {
    return 3 * failoverMs;
  }

  @Override
  public Session open(ShardLease lease, Consumer<String> onFailure) {
    return new Session(lease, config, connector, onFailure);
  }

  @Override
  public boolean opened(ShardProcessor processor) {
    synchronized (live) {
      if (!stopping) {
        live.add(processor);
      }
      return !stopping;
    }
  }

  @Override
  public void closed(ShardProcessor processor) {
    synchronized (live) {
      live.remove(processor);
      live.notifyAll();
    }
  }

  @Override
  public void giveUp(ShardLease lease, String reason) {
    if (abandoned) {
      return;
    }
    // A lease table may be slow or down, and no session's thread may wait for it.
    Background.THREADS.execute(
        () -> {
          if (lease.giveUp()) {
            LOG.debug("Gave up {} of {}: {}", lease.shardId(), config.stream(), reason);
            events.shardGivenUp(config.stream(), lease.shardId(), reason);
          } else {
            LOG.info(
                "The session of {} ended after its lease was lost: {}", lease.shardId(), reason);
          }
        });
  }

  @Override
  public void handOver(ShardLease lease) {
    Background.THREADS.execute(lease::handOver);
  }
}
