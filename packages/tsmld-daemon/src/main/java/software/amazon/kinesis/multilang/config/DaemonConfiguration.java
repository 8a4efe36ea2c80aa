package software.amazon.kinesis.multilang.config;

import io.tsmld.daemon.stream.SchedulerParts;
import java.util.Map;
import java.util.Properties;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;

/**
 * Reads a MultiLangDaemon's properties with the MultiLangDaemon's own parser. It stands in this
 * package because {@code resolvedConfiguration} is package-private.
 */
public final class DaemonConfiguration {
  private final MultiLangDaemonConfiguration configuration;

  public DaemonConfiguration(Map<String, String> properties) {
    Properties all = new Properties();
    all.putAll(properties);
    this.configuration = new KinesisClientLibConfigurator().getConfiguration(all);
  }

  public String applicationName() {
    return configuration.getApplicationName();
  }

  public String streamName() {
    return configuration.getStreamName();
  }

  /** 0 where the property is not given. */
  public long actionTimeoutMs() {
    Integer seconds = configuration.getTimeoutInSeconds();
    return seconds == null ? 0 : seconds * 1000L;
  }

  /**
   * Builds the clients and the KCL's seven configurations; the factory is never asked for a
   * processor.
   */
  public SchedulerParts resolve() {
    ShardRecordProcessorFactory none =
        () -> {
          throw new IllegalStateException("processors come from the scheduler");
        };
    MultiLangDaemonConfiguration.ResolvedConfiguration resolved =
        configuration.resolvedConfiguration(none);
    return new SchedulerParts(
        resolved.getCheckpointConfig(),
        resolved.getCoordinatorConfig(),
        resolved.getLeaseManagementConfig(),
        resolved.getLifecycleConfig(),
        resolved.getMetricsConfig(),
        resolved.getProcessorConfig(),
        resolved.getRetrievalConfig());
  }
}
