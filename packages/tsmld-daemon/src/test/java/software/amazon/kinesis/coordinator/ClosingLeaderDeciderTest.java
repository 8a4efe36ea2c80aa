package software.amazon.kinesis.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.kinesis.metrics.NullMetricsFactory;

@Timeout(10)
class ClosingLeaderDeciderTest {
  private final FakeLockTable table = new FakeLockTable();
  private final ClosingLeaderDecider decider =
      new ClosingLeaderDecider(null, table.locks(), 10, "me", new NullMetricsFactory());

  @BeforeEach
  void begin() {
    decider.initialize();
  }

  @AfterEach
  void end() {
    decider.shutdown();
  }

  @Test
  void aLeaderRenewsItsLockUntilItIsShutDown() throws Exception {
    assertTrue(decider.isLeader("me"));
    await(() -> table.renewals.get() > 1);
    decider.shutdown();
    assertTrue(table.isFree());
    assertFalse(decider.isLeader("me"));
    await(() -> threads() == 0);
  }

  @Test
  void aLeaderThatAssignsNoMoreKeepsItsLockUntilItIsShutDown() throws Exception {
    assertTrue(decider.isLeader("me"));
    table.away = true;
    decider.stopAssigning();
    table.away = false;
    assertFalse(decider.isLeader("me"));
    assertFalse(table.isFree());
    int renewals = table.renewals.get();
    await(() -> table.renewals.get() > renewals + 1);
    decider.shutdown();
    assertTrue(table.isFree());
  }

  @Test
  void aLockThatIsAcquiredDuringTheShutdownIsGivenUp() throws Exception {
    CountDownLatch asks = new CountDownLatch(1);
    CountDownLatch isShutDown = new CountDownLatch(1);
    table.beforePut =
        () -> {
          asks.countDown();
          passed(isShutDown);
        };
    CompletableFuture<Boolean> leads =
        CompletableFuture.supplyAsync(() -> decider.isLeader("me"));
    passed(asks);
    decider.shutdown();
    isShutDown.countDown();
    assertFalse(leads.get());
    assertTrue(table.isFree());
    int renewals = table.renewals.get();
    Thread.sleep(100);
    assertEquals(renewals, table.renewals.get());
  }

  @Test
  @Timeout(4)
  void aTableThatDoesNotAnswerHoldsNobodyUp() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    table.beforePut = () -> passed(answers);
    assertFalse(decider.isLeader("me"));
    assertFalse(decider.isLeader("me"));
    answers.countDown();
    await(() -> decider.isLeader("me"));
  }

  @Test
  void aTableThatIsAwayHoldsNoThreadBack() throws Exception {
    assertTrue(decider.isLeader("me"));
    table.away = true;
    decider.shutdown();
    table.away = false;
    assertFalse(table.isFree(), "it lasts until it expires");
    await(() -> threads() == 0);
    int renewals = table.renewals.get();
    Thread.sleep(100);
    assertEquals(renewals, table.renewals.get());
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getName().matches("leader-(lock|ask)|dynamodb-lock-client-.*"))
        .count();
  }

  private static void await(BooleanSupplier is) throws InterruptedException {
    while (!is.getAsBoolean()) {
      Thread.sleep(10);
    }
  }

  private static void passed(CountDownLatch latch) {
    try {
      assertTrue(latch.await(5, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
