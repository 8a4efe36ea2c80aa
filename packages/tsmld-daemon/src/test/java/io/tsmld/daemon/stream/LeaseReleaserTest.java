package io.tsmld.daemon.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

class LeaseReleaserTest {
  private final FakeLeaseTable table = new FakeLeaseTable();
  private String peer;
  private final LeaseReleaser releaser = new LeaseReleaser(table.coordinator, () -> peer);

  @Test
  void givesUpByDroppingAndEvicting() {
    String token = table.add("a");
    assertTrue(releaser.held("a", token));
    assertTrue(releaser.giveUp("a", token));
    assertEquals(List.of("drop a", "evict a"), table.done);
    assertFalse(releaser.held("a", token));
  }

  @Test
  void givesUpToNobodyEvenWherePeersAreKnown() {
    peer = "other";
    releaser.giveUp("a", table.add("a"));
    assertEquals(List.of("drop a", "evict a"), table.done);
  }

  @Test
  void leavesANewerHoldingOfTheSameLeaseAlone() {
    String old = table.add("a");
    String newer = table.add("a");
    assertFalse(releaser.giveUp("a", old));
    assertEquals(List.of(), table.done);
    assertTrue(releaser.held("a", newer));
  }

  @Test
  void aLeaseThatAnotherWorkerHasIsLostAlready() {
    String token = table.add("a");
    table.held.clear();
    table.rows.get("a").leaseOwner("other");
    assertFalse(releaser.giveUp("a", token));
    assertEquals(List.of(), table.done);
  }

  @Test
  void forgetsALeaseThatExpiredSoThatALateRenewalDoesNotBringItBack() {
    String token = table.add("a");
    table.expired.add("a");
    assertFalse(releaser.held("a", token));
    table.down = true;
    releaser.forget("a", token);
    table.expired.clear();
    assertFalse(releaser.held("a", token));
    assertEquals(List.of("drop a"), table.done);
  }

  @Test
  void doesNotForgetANewerHoldingOfTheSameLease() {
    String old = table.add("a");
    String newer = table.add("a");
    releaser.forget("a", old);
    assertTrue(releaser.held("a", newer));
  }

  @Test
  void passesALeaseOnThatIsPromisedToAnotherAndWhoseConsumerIsShutDown() {
    String token = table.add("a");
    promise("a");
    releaser.finishHandOver("a", token);
    assertEquals(List.of("assign a to other", "drop a"), table.done);
  }

  @Test
  void keepsAPromisedLeaseUntilItIsPassedOn() {
    String token = table.add("a");
    promise("a");
    table.down = true;
    releaser.finishHandOver("a", token);
    table.down = false;
    table.refusesAssignments = true;
    releaser.finishHandOver("a", token);
    assertTrue(releaser.held("a", token));
    assertEquals(List.of(), table.done);
  }

  @Test
  void passesNothingOnThatIsNotPromisedOrIsAnotherHolding() {
    String old = table.add("a");
    releaser.finishHandOver("a", old);
    table.add("a");
    promise("a");
    releaser.finishHandOver("a", old);
    releaser.finishHandOver("b", old);
    assertEquals(List.of(), table.done);
  }

  @Test
  void whatItGivesUpAndAnotherWaitsForGoesToThatOne() {
    peer = "third";
    String token = table.add("a");
    promise("a");
    assertTrue(releaser.giveUp("a", token));
    assertEquals(List.of("drop a", "assign a to other"), table.done);
  }

  @Test
  void sweepsWhatAnotherWaitsForAndLeavesAloneWhatAnotherHoldsForIt() {
    table.add("a");
    promise("a");
    table.add("theirs");
    table.held.remove("theirs");
    table.rows.get("theirs").checkpointOwner("other");
    releaser.sweep();
    assertEquals(List.of("drop a", "assign a to other"), table.done);
  }

  @Test
  void evictsALeaseThatItOnlyForgot() {
    String token = table.add("a");
    table.held.clear();
    assertFalse(releaser.giveUp("a", token));
    assertEquals(List.of("evict a"), table.done);
  }

  @Test
  void handsADrainedLeaseToALivePeer() {
    peer = "other";
    releaser.handOver("a", table.add("a"));
    assertEquals(List.of("drop a", "assign a to other"), table.done);
  }

  @Test
  void evictsWhereTheAssignmentIsRefused() {
    peer = "other";
    table.refusesAssignments = true;
    releaser.handOver("a", table.add("a"));
    assertEquals(List.of("drop a", "evict a"), table.done);
  }

  @Test
  void dropsEvenWhileTheTableIsDown() {
    String token = table.add("a");
    table.down = true;
    assertTrue(releaser.giveUp("a", token));
    releaser.sweep();
    assertEquals(List.of("drop a"), table.done);
  }

  @Test
  void sweepsWhatIsLeftButNotEndedShardsNorOthersLeases() {
    table.add("a");
    table.add("ended", ExtendedSequenceNumber.SHARD_END);
    table.add("theirs");
    table.rows.get("theirs").leaseOwner("other");
    releaser.sweep();
    assertEquals(List.of("drop a", "evict a"), table.done);
  }

  /** As the leader writes it: for the worker that owned it until then, another one waits. */
  private void promise(String key) {
    table.rows.get(key).leaseOwner("other");
    table.rows.get(key).checkpointOwner("me");
  }
}
