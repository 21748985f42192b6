package io.muster.remediation;

import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.task.RemediationTask;
import org.junit.jupiter.api.Test;

/// Who makes the inventory tell of a task that is over, and when it is tried again.
final class TellingTest {
    private final Bench bench = new Bench(23);

    private RemediationTask over() throws Exception {
        bench.arm.put(vm(1));
        return bench.run("t", Bench.policyBody("modify"));
    }

    @Test
    void whoFailedTriesAgainWhenALeaseHasPassedAndNoSooner() throws Exception {
        var task = over();
        try (var process = bench.process(Crashes.never());
                var other = bench.process(Crashes.never())) {
            process.beginTelling(task).orElseThrow().close();
            assertThat(process.untold()).containsExactly(task);
            assertThat(process.beginTelling(task)).isEmpty();
            assertThat(other.beginTelling(task)).isEmpty();

            bench.pacer.pause(Bench.SETTINGS.leaseFor());
            try (var telling = process.beginTelling(task).orElseThrow()) {
                assertThat(other.beginTelling(task)).isEmpty();
                process.told(task, telling);
            }
            assertThat(process.untold()).isEmpty();
        }
    }

    @Test
    void anAttemptThatWasOvertakenKnowsItByItsLease() throws Exception {
        var task = over();
        try (var process = bench.process(Crashes.never());
                var other = bench.process(Crashes.never());
                var telling = process.beginTelling(task).orElseThrow()) {
            bench.pacer.pause(Bench.SETTINGS.leaseFor());
            other.beginTelling(task).orElseThrow().close();
            assertThatThrownBy(telling.lease()::check).isInstanceOf(LeaseLostException.class);
            process.told(task, telling);
            // It was told, whoever did it; the other one's right is not touched.
            assertThat(process.untold()).isEmpty();
            assertThat(other.beginTelling(task)).isEmpty();
        }
    }
}
