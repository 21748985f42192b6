package io.muster.kql.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.value.TextLimit;
import io.muster.kql.value.ValueLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueSizeTest {
    private static MemoryMeter run(long value) {
        return MemoryMeter.of(bytes -> {}, new ValueLimits(ValueLimits.DEFAULT.text(), value));
    }

    /// As the limit says it: eight for each value, one for each character, as often as it is read.
    private static long units(Dynamic value) {
        return switch (value) {
            case Dynamic.Array(var items) ->
                    8 + items.stream().mapToLong(ValueSizeTest::units).sum();
            case Dynamic.Bag(var members) ->
                    8
                            + members.entrySet().stream()
                                    .mapToLong(m -> m.getKey().length() + units(m.getValue()))
                                    .sum();
            case Dynamic.Text(var text) -> 8 + text.length();
            default -> 8;
        };
    }

    /// Wide ones, narrow ones, and ones that hold others made before again and again.
    private static List<Dynamic> values(long seed) {
        var random = new Random(seed);
        var made = new ArrayList<Dynamic>();
        made.add(Dynamic.of("some text"));
        made.add(Dynamic.of(1));
        for (int i = 0; i < 60; i++) {
            var parts = new ArrayList<Dynamic>();
            int size = random.nextInt(8) == 0 ? 100 + random.nextInt(100) : 1 + random.nextInt(2);
            for (int k = 0; k < size; k++) {
                parts.add(made.get(made.size() - 1 - random.nextInt(Math.min(3, made.size()))));
            }
            var whole =
                    random.nextBoolean()
                            ? Dynamic.array(parts)
                            : Dynamic.bag().put("first", parts.getFirst()).put("b", 2).build();
            if (units(whole) > 1_000_000) {
                break;
            }
            made.add(whole);
        }
        return made;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void countsWhatIsSharedAsOftenAsItIsRead(long seed) {
        for (var value : values(seed)) {
            long units = Math.max(units(value), ValueLimits.LEAST_VALUE);
            assertThat(run(units).during(() -> MemoryMeter.sizeOf(value))).isPositive();
            if (units > ValueLimits.LEAST_VALUE && !(value instanceof Dynamic.Text)) {
                var less = run(units - 1);
                // Before anything is known of it, and after.
                for (int times = 0; times < 2; times++) {
                    assertThatThrownBy(() -> less.during(() -> MemoryMeter.sizeOf(value)))
                            .isInstanceOf(QueryStoppedException.class)
                            .hasMessageContaining(String.format("%,d", units - 1));
                }
            }
        }
    }

    @Test
    void bytesAreTheSameWhetherAValueIsKnownOrNot() {
        for (var value : values(11)) {
            var one = run(1L << 40);
            long first = one.during(() -> MemoryMeter.sizeOf(value));
            assertThat(one.during(() -> MemoryMeter.sizeOf(value))).isEqualTo(first);
            var wrapped = Dynamic.array(value);
            assertThat(one.during(() -> MemoryMeter.sizeOf(wrapped)))
                    .isEqualTo(run(1L << 40).during(() -> MemoryMeter.sizeOf(wrapped)));
        }
    }

    /// Each level doubles what is read; only those that are known are not read again.
    @Test
    void doublingEndsAtOnce() {
        Dynamic value = Dynamic.array(Dynamic.of(1));
        for (int level = 0; level < 40; level++) {
            value = Dynamic.array(value, value);
        }
        var last = value;
        var looks = new AtomicInteger();
        var run =
                MemoryMeter.of(
                        bytes -> {
                            if (looks.incrementAndGet() > 100) {
                                throw new IllegalStateException("it goes on and on");
                            }
                        },
                        new ValueLimits(ValueLimits.DEFAULT.text(), ValueLimits.MOST_VALUE));
        assertThat(run.during(() -> MemoryMeter.sizeOf(last))).isPositive();
    }

    @Test
    void levelsOfKnownValuesCount() {
        Dynamic wide = Dynamic.array(Collections.nCopies(200, Dynamic.of(1)));
        for (int level = 0; level < 1500; level++) {
            wide = Dynamic.array(wide);
        }
        var deep = Dynamic.array(Collections.nCopies(200, wide));
        var run = run(1L << 40);
        assertThat(run.during(() -> MemoryMeter.sizeOf(deep))).isPositive();
        Dynamic deeper = deep;
        for (int level = 0; level < 600; level++) {
            deeper = Dynamic.array(deeper);
        }
        var deepest = deeper;
        assertThatThrownBy(() -> run.during(() -> MemoryMeter.sizeOf(deepest)))
                .isInstanceOfSatisfying(
                        QueryStoppedException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo("query-too-deep"));
    }

    @Test
    void limitOfTextsIsThatOfTheRun() {
        var run = MemoryMeter.of(bytes -> {}, new ValueLimits(70_000, 1 << 20));
        assertThat(run.during(() -> TextLimit.check(70_000))).isEqualTo(70_000);
        assertThatThrownBy(() -> run.during(() -> TextLimit.check(70_001)))
                .isInstanceOf(QueryStoppedException.class)
                .hasMessageContaining("70,000");
        assertThat(TextLimit.check(70_001)).isEqualTo(70_001);
        run.running(() -> assertThat(TextLimit.most()).isEqualTo(70_000));
    }

    /// Planning has limits, and no meter around all of it.
    @Test
    void whatPassesWithoutAMeterKeepsTheLimitsAround() {
        assertThat(
                        new ValueLimits(70_000, 1 << 20)
                                .where()
                                .call(() -> MemoryMeter.passing(() -> TextLimit.most() == 70_000)))
                .isTrue();
    }
}
