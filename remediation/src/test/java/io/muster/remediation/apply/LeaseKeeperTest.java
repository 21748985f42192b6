package io.muster.remediation.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.InMemoryLedger;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.task.RemediationRequest;
import io.muster.remediation.task.RemediationTask;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
    private static final Instant START = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration LEASE = Duration.ofMillis(40);
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/11111111-1111-1111-1111-111111111111");

    /// A clock that goes on by a second with each look.
    private static final class Looks implements Pacer {
        private final AtomicInteger looks = new AtomicInteger();
        private final CountDownLatch some = new CountDownLatch(3);

        @Override
        public Instant instant() {
            some.countDown();
            return START.plusSeconds(looks.incrementAndGet());
        }

        @Override
        public void pause(Duration duration) {
            throw new UnsupportedOperationException("nobody pauses here");
        }
    }

    private static RemediationTask task() throws Exception {
        var body =
                "{\"properties\":{\"policyAssignmentId\":\""
                        + SCOPE.text()
                        + "/providers/Microsoft.Authorization/policyAssignments/a\"}}";
        return RemediationTask.accepted(
                RemediationTask.idOf(SCOPE, "t"),
                RemediationRequest.read(SCOPE, "t", Json.parse(body)),
                "correlation",
                "me",
                START);
    }

    @Test
    void aLeaseIsProlongedWhileItsHolderIsBusyWithSomethingElse() throws Exception {
        var time = new AtomicReference<>(START);
        var ledger = new InMemoryLedger(time::get);
        var task = task();
        ledger.create(task, _ -> {});
        assertThat(ledger.lease(task.id(), "me", LEASE)).isTrue();
        time.set(START.plus(LEASE).minusMillis(1));
        var looks = new Looks();
        try (var _ = LeaseKeeper.start(ledger, task.id(), "me", looks, LEASE, START.plus(LEASE))) {
            assertThat(looks.some.await(1, TimeUnit.MINUTES)).isTrue();
            // Prolonged by the second look at the latest.
            time.set(START.plus(LEASE));
            assertThat(ledger.lease(task.id(), "other", LEASE)).isFalse();
        }
    }

    @Test
    void whoLostALeaseDoesNotGetItBackByProlonging() throws Exception {
        var time = new AtomicReference<>(START);
        var ledger = new InMemoryLedger(time::get);
        var task = task();
        ledger.create(task, _ -> {});
        assertThat(ledger.lease(task.id(), "other", LEASE)).isTrue();
        time.set(START.plusSeconds(1));
        var looks = new Looks();
        try (var keeper =
                LeaseKeeper.start(ledger, task.id(), "me", looks, LEASE, START.plus(LEASE))) {
            while (looks.looks.get() == 0) {
                Thread.onSpinWait();
            }
            // Several of its periods: who does not give up looks again in them.
            assertThat(looks.some.await(5 * LEASE.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
            // It gave up with its first try, though the other lease had run out by then.
            assertThat(looks.looks).hasValue(1);
            assertThatThrownBy(keeper::check).isInstanceOf(LeaseLostException.class);
        }
    }
}
