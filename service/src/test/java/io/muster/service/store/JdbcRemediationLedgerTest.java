package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.pace.RateBudget;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationRequest;
import io.muster.remediation.task.RemediationTask;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JdbcRemediationLedgerTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/11111111-1111-1111-1111-111111111111");

    private static RemediationTask task(String name, String correlation) throws Exception {
        var request =
                RemediationRequest.read(
                        SCOPE,
                        name,
                        Json.parse(
                                "{\"properties\":{\"policyAssignmentId\":\""
                                        + SCOPE.text()
                                        + "/providers/Microsoft.Authorization/policyAssignments/a\"}}"));
        return RemediationTask.accepted(
                RemediationTask.idOf(SCOPE, name), request, correlation, "me", NOW);
    }

    private static JdbcRemediationLedger ledger(Databases.Named database) {
        return new JdbcRemediationLedger(new Transactions(database.source()));
    }

    @ParameterizedTest
    @MethodSource("both")
    void aReplacedTaskLeavesNoEntries(Databases.Named database) throws Exception {
        var ledger = ledger(database);
        var first = task("t", "1");
        assertThat(ledger.create(first, _ -> {})).isTrue();
        assertThat(ledger.lease(first.id(), "me", LEASE)).isTrue();
        ledger.append(first.id(), "me", NOW, List.of(closed()));
        assertThat(ledger.update(first.in(ProvisioningState.SUCCEEDED, "", NOW))).isTrue();
        assertThat(ledger.create(task("t", "2"), _ -> {})).isFalse();
        assertThat(ledger.task(first.id()).orElseThrow().correlationId()).isEqualTo("2");
        assertThat(ledger.entries(first.id())).isEmpty();
    }

    private static RemediationLedger.Line closed() {
        return new RemediationLedger.Line(
                SCOPE, new LedgerEvent.Closed(ItemOutcome.VERIFIED, "", ""));
    }

    @ParameterizedTest
    @MethodSource("both")
    void whoLostItsLeaseWritesNothingMore(Databases.Named database) throws Exception {
        var ledger = ledger(database);
        var task = task("fenced", "1");
        ledger.create(task, _ -> {});
        var id = task.id();
        assertThatThrownBy(() -> ledger.append(id, "one", NOW, List.of(closed())))
                .isInstanceOf(LeaseLostException.class);
        assertThat(ledger.lease(id, "one", LEASE)).isTrue();
        // Run out, but taken by nobody: what it does is still the only thing that is done.
        assertThat(ledger.prolong(id, "one", Duration.ZERO)).isTrue();
        ledger.append(id, "one", NOW, List.of(closed()));
        assertThat(ledger.lease(id, "two", LEASE)).isTrue();
        assertThatThrownBy(() -> ledger.append(id, "one", NOW, List.of(closed(), closed())))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("was lost to another process");
        ledger.append(id, "two", NOW, List.of(closed(), closed()));
        assertThat(ledger.entries(id))
                .extracting(LedgerEntry::sequence)
                .containsExactly(1L, 2L, 3L);
    }

    @ParameterizedTest
    @MethodSource("both")
    void whoWasOvertakenDoesNotGetAFreedLeaseBackByProlonging(Databases.Named database)
            throws Exception {
        var ledger = ledger(database);
        var task = task("freed", "1");
        ledger.create(task, _ -> {});
        var id = task.id();
        assertThat(ledger.lease(id, "one", LEASE)).isTrue();
        assertThat(ledger.prolong(id, "one", LEASE)).isTrue();
        assertThat(ledger.lease(id, "two", LEASE)).isFalse();
        assertThat(ledger.prolong(id, "one", Duration.ZERO)).isTrue();
        assertThat(ledger.lease(id, "two", LEASE)).isTrue();
        ledger.release(id, "two");
        assertThat(ledger.prolong(id, "one", LEASE)).isFalse();
        assertThatThrownBy(() -> ledger.append(id, "one", NOW, List.of(closed())))
                .isInstanceOf(LeaseLostException.class);
    }

    @ParameterizedTest
    @MethodSource("both")
    void aLookTellsWhetherATaskWasChangedHereAtOnceAndElsewhereSoon(Databases.Named database)
            throws Exception {
        var ledger = ledger(database);
        var elsewhere = ledger(database);
        var first = task("looked", "first");
        assertThat(ledger.isKept(first)).isFalse();
        ledger.create(first, _ -> {});
        assertThat(ledger.isKept(first)).isTrue();
        var evaluating = first.in(ProvisioningState.EVALUATING, "", NOW);
        assertThat(ledger.update(evaluating)).isTrue();
        assertThat(ledger.isKept(first)).isFalse();
        assertThat(ledger.isKept(evaluating)).isTrue();

        assertThat(elsewhere.update(evaluating.in(ProvisioningState.CANCELLING, "", NOW))).isTrue();
        awaitNotKept(ledger, evaluating);

        var second = task("looked", "second");
        ledger.create(second, _ -> {});
        assertThat(second.version()).isEqualTo(first.version());
        assertThat(ledger.isKept(first)).isFalse();
        assertThat(ledger.isKept(second)).isTrue();
        assertThat(elsewhere.delete(second)).isTrue();
        awaitNotKept(ledger, second);
    }

    @ParameterizedTest
    @MethodSource("both")
    void whoReadATaskThatWasReplacedSinceDoesNotDeleteTheNextOne(Databases.Named database)
            throws Exception {
        var ledger = ledger(database);
        var first = task("deleted", "first");
        ledger.create(first, _ -> {});
        var over = first.in(ProvisioningState.SUCCEEDED, "", NOW);
        assertThat(ledger.update(over)).isTrue();
        assertThat(ledger.delete(first)).isFalse();

        var second = task("deleted", "second");
        ledger.create(second, _ -> {});
        assertThat(ledger.lease(second.id(), "me", LEASE)).isTrue();
        ledger.append(second.id(), "me", NOW, List.of(closed()));
        assertThat(second.version()).isEqualTo(first.version());
        assertThat(ledger.delete(first)).isFalse();
        assertThat(ledger.delete(over)).isFalse();
        assertThat(ledger.entries(second.id())).hasSize(1);
        assertThat(ledger.delete(second)).isTrue();
        assertThat(ledger.task(second.id())).isEmpty();
        assertThat(ledger.entries(second.id())).isEmpty();
        assertThat(ledger.delete(second)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("both")
    void linesAreForgottenALotAtATimeAndThoseOfALaterTaskAreNot(Databases.Named database)
            throws Exception {
        var ledger = ledger(database);
        var first = task("thin", "first");
        ledger.create(first, _ -> {});
        assertThat(ledger.lease(first.id(), "me", LEASE)).isTrue();
        ledger.append(first.id(), "me", NOW, Collections.nCopies(5, closed()));
        ledger.append(
                first.id(),
                "me",
                NOW,
                List.of(
                        new RemediationLedger.Line(
                                ResourceId.parse(SCOPE.text() + "/resourceGroups/g"),
                                closed().event())));
        assertThat(ledger.forgetLines(first, 4)).isEqualTo(4);
        assertThat(ledger.entries(first.id()))
                .extracting(LedgerEntry::sequence)
                .containsExactly(5L, 6L);
        var going = first.withLines(RemediationTask.Lines.THINNING);
        assertThatThrownBy(() ->
                        ledger.update(
                                going,
                                _ -> {
                                    throw RemediationException.stillActive("it");
                                }))
                .isInstanceOf(RemediationException.class);
        assertThat(ledger.update(going, tasks -> assertThat(tasks).contains(first))).isTrue();
        // As it was read before nobody finds it any more.
        assertThat(ledger.forgetLines(first, 4)).isZero();
        assertThat(ledger.forgetLines(going, 4)).isEqualTo(2);
        // The names of the two resources.
        assertThat(ledger.forgetLines(going, 1)).isOne();
        assertThat(ledger.forgetLines(going, 1)).isOne();
        assertThat(ledger.forgetLines(going, 1)).isZero();
        assertThat(ledger.task(first.id()).orElseThrow().lines())
                .isEqualTo(RemediationTask.Lines.THINNING);

        var second = task("thin", "second").withLines(RemediationTask.Lines.THINNING);
        ledger.create(second, _ -> {});
        assertThat(second.version()).isEqualTo(going.version());
        assertThat(ledger.lease(second.id(), "me", LEASE)).isTrue();
        ledger.append(second.id(), "me", NOW, List.of(closed()));
        assertThat(ledger.forgetLines(going, 4)).isZero();
        assertThat(ledger.entries(second.id())).hasSize(1);
    }

    private static void awaitNotKept(RemediationLedger ledger, RemediationTask task) {
        var until = Instant.now().plusSeconds(60);
        while (ledger.isKept(task)) {
            assertThat(Instant.now()).isBefore(until);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void ofManyWhoCreateATaskAtOnceOneIsAdmitted(Databases.Named database) throws Exception {
        var ledger = ledger(database);
        for (int round = 0; round < 10; round++) {
            int number = round;
            var go = new CountDownLatch(1);
            List<Future<Boolean>> created = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 8; i++) {
                    var task = task(i % 2 == 0 ? "same" + number : "other" + i + number, "c" + i);
                    created.add(
                            threads.submit(() -> {
                                go.await();
                                try {
                                    ledger.create(
                                            task,
                                            tasks -> {
                                                if (!tasks.stream()
                                                        .allMatch(t -> t.state().isTerminal())) {
                                                    throw RemediationException.create(
                                                            task.name(), "Another is active.");
                                                }
                                            });
                                    return true;
                                } catch (RemediationException refused) {
                                    return false;
                                }
                            }));
                }
                go.countDown();
                int admitted = 0;
                for (var one : created) {
                    admitted += one.get() ? 1 : 0;
                }
                assertThat(admitted).as("round " + number).isOne();
            }
            for (var task : ledger.tasks()) {
                if (!task.state().isTerminal()) {
                    assertThat(ledger.update(task.in(ProvisioningState.SUCCEEDED, "", NOW)))
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void whoWasOvertakenChangesNoLaterTaskOfTheSameName(Databases.Named database) throws Exception {
        var ledger = ledger(database);
        var first = task("again", "first");
        ledger.create(first, _ -> {});
        var id = first.id();
        assertThat(ledger.lease(id, "one", LEASE)).isTrue();
        assertThat(ledger.update(first.in(ProvisioningState.EVALUATING, "", NOW), "one")).isTrue();

        var second = task("again", "second");
        ledger.create(second, _ -> {});
        assertThat(ledger.lease(id, "two", LEASE)).isTrue();
        assertThat(ledger.update(second.in(ProvisioningState.EVALUATING, "", NOW), "two")).isTrue();
        var stale =
                first.in(ProvisioningState.EVALUATING, "", NOW)
                        .in(ProvisioningState.SUCCEEDED, "", NOW);
        assertThat(stale.version()).isEqualTo(ledger.task(id).orElseThrow().version() + 1);
        assertThat(ledger.update(stale)).isFalse();
        assertThatThrownBy(() -> ledger.update(stale, "one"))
                .isInstanceOf(LeaseLostException.class);
        assertThat(ledger.task(id).orElseThrow().state()).isEqualTo(ProvisioningState.EVALUATING);
    }

    @ParameterizedTest
    @MethodSource("both")
    void aBudgetIsSharedByAllWhoShareTheStore(Databases.Named database) throws Exception {
        var budget = new RateBudget(5, Duration.ofMinutes(1));
        var begun = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> processes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                var ledger = ledger(database);
                processes.add(
                        threads.submit(() -> {
                            for (int attempt = 0; attempt < 4; attempt++) {
                                if (ledger.begin("sub", budget, NOW).equals(NOW)) {
                                    begun.incrementAndGet();
                                }
                            }
                        }));
            }
            for (var process : processes) {
                process.get();
            }
        }
        var ledger = ledger(database);
        assertThat(ledger.begin("sub", budget, NOW.plusSeconds(59))).isEqualTo(NOW.plusSeconds(60));
        assertThat(ledger.begin("other", budget, NOW)).isEqualTo(NOW);
        assertThat(ledger.begin("sub", budget, NOW.plusSeconds(60))).isEqualTo(NOW.plusSeconds(60));
        assertThat(begun.get()).isEqualTo(5);
    }

    /// On PostgreSQL a delete that locked the task before its log waited for ever, up to the database's patience, for who added lines.
    @ParameterizedTest
    @MethodSource("both")
    void whoAddsLinesAndWhoDeletesDoNotWaitForEachOther(Databases.Named database) throws Exception {
        var ledger = ledger(database);
        for (int round = 0; round < 15; round++) {
            var task = task("locked" + round, "c" + round);
            ledger.create(task, _ -> {});
            var id = task.id();
            assertThat(ledger.lease(id, "me", LEASE)).isTrue();
            var go = new CountDownLatch(1);
            List<Future<?>> ends = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int writer = 0; writer < 4; writer++) {
                    ends.add(
                            threads.submit(() -> {
                                go.await();
                                try {
                                    while (true) {
                                        ledger.append(id, "me", NOW, List.of(closed(), closed()));
                                    }
                                } catch (LeaseLostException deleted) {
                                    return deleted;
                                }
                            }));
                }
                ends.add(
                        threads.submit(() -> {
                            go.await();
                            return ledger.delete(task);
                        }));
                go.countDown();
                for (var end : ends) {
                    end.get();
                }
            }
            assertThat(ledger.task(id)).isEmpty();
        }
    }
}
