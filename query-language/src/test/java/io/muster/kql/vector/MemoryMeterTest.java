package io.muster.kql.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryMeterTest {
    private final AtomicLong taken = new AtomicLong();
    private final MemoryMeter run = MemoryMeter.of(taken::addAndGet);

    @Test
    void whatABatchMakesIsGivenBackWhenItHasPassed() {
        run.during(() ->
                MemoryMeter.passing(() -> {
                    MemoryMeter.current().charge(100);
                    return true;
                }));
        assertThat(taken).hasValue(0);
    }

    @Test
    void whatIsKeptMovesOutwards() {
        run.during(() ->
                MemoryMeter.passing(() -> {
                    MemoryMeter.current().charge(100);
                    MemoryMeter.current().keepFor(run);
                    return true;
                }));
        assertThat(taken).hasValue(100);
        assertThat(run.madeUpTo(MemoryMeter.of(bytes -> {}))).isEqualTo(100);
    }

    @Test
    void whatIsChargedToAKeptMeterAfterItsEndBelongsToTheOneOutside() {
        var late = new ArrayList<MemoryMeter>();
        run.during(() ->
                MemoryMeter.passing(() -> {
                    var outer = MemoryMeter.current();
                    MemoryMeter.passing(() -> {
                        var inner = MemoryMeter.current();
                        inner.charge(10);
                        inner.keepFor(outer);
                        late.add(inner);
                        return true;
                    });
                    // The outer batch still passes, and gives this back at its end.
                    late.getFirst().charge(1000);
                    assertThat(taken).hasValue(1010);
                    return true;
                }));
        assertThat(taken).hasValue(0);
    }
}
