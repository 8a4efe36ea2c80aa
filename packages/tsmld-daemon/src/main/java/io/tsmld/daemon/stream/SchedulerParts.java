package io.tsmld.daemon.stream;

import software.amazon.kinesis.checkpoint.CheckpointConfig;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.LifecycleConfig;
import software.amazon.kinesis.metrics.MetricsConfig;
import software.amazon.kinesis.processor.ProcessorConfig;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/** The seven configurations that a KCL scheduler is made of. */
public record SchedulerParts(
    CheckpointConfig checkpoint,
    CoordinatorConfig coordinator,
    LeaseManagementConfig leaseManagement,
    LifecycleConfig lifecycle,
    MetricsConfig metrics,
    ProcessorConfig processor,
    RetrievalConfig retrieval) {

  void clientsTo(Clients clients) {
    clients.add(retrieval.kinesisClient());
    clients.add(leaseManagement.dynamoDBClient());
    clients.add(metrics.cloudWatchClient());
  }

  SchedulerParts withRetrieval(RetrievalConfig other) {
    return new SchedulerParts(
        checkpoint, coordinator, leaseManagement, lifecycle, metrics, processor, other);
  }
}
