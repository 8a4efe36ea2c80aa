package software.amazon.kinesis.coordinator;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows in {@code APP-WorkerMetricStats} by which a leader knows the workers that may be given
 * leases. The KCL 3.1.3 writes this worker's until its scheduler has ended, also while it drains.
 */
final class WorkerReports {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerReports.class);

  private WorkerReports() {}

  /** Ends the reports of a scheduler; one that is being written may still come. */
  static void stop(Scheduler scheduler) {
    try {
      new MigrationComponents(scheduler).stopWorkerReports();
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn(
          "A worker that leaves may be given leases until it has left: this KCL is built otherwise: {}",
          e.toString());
    }
  }
}
