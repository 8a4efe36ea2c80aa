package io.tsmld.bench;

import io.tsmld.daemon.session.Connector;
import io.tsmld.daemon.session.ListenerRegistry;
import io.tsmld.daemon.session.Session;
import io.tsmld.daemon.session.SessionConfig;
import io.tsmld.daemon.session.ShardLease;
import io.tsmld.daemon.session.ShardProcessor;
import io.tsmld.daemon.session.ShardSessions;
import java.util.function.Consumer;

/** Opens production sessions; one that fails ends the run. */
final class Sessions implements ShardSessions {
  private final SessionConfig config;
  private final Connector connector;
  private final Reports reports;

  Sessions(Case theCase, Reports reports) {
    this.config =
        new SessionConfig(
            theCase.stream(),
            theCase.records().format(),
            theCase.token(),
            0,
            SessionConfig.DEFAULT_LEASE_CHECK_MS);
    ListenerRegistry listeners = new ListenerRegistry();
    listeners.replace(theCase.listeners());
    this.connector = Connector.leastLoaded(listeners, theCase.stream());
    this.reports = reports;
  }

  @Override
  public boolean stopping() {
    return false;
  }

  @Override
  public long giveUpAgainAfterMs() {
    return Long.MAX_VALUE;
  }

  @Override
  public Session open(ShardLease lease, Consumer<String> onFailure) {
    return new Session(lease, config, connector, onFailure);
  }

  @Override
  public boolean opened(ShardProcessor processor) {
    return true;
  }

  @Override
  public void closed(ShardProcessor processor) {}

  @Override
  public void giveUp(ShardLease lease, String reason) {
    reports.fatal(new IllegalStateException("the session of " + lease.shardId() + ": " + reason));
  }

  @Override
  public void handOver(ShardLease lease) {}
}
