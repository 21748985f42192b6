package io.muster.kql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Field;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.ShreddingBuilder;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.value.ValueLimits;
import io.muster.kql.vector.MemoryMeter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CondenseOperatorTest {
    private static final Schema SCHEMA = Schema.of(new Field("k", KqlType.STRING));

    /// Segments of which the one in the middle has texts too many to be counted.
    private static LogicalPlan.Condense condensed() {
        var segments = new ArrayList<Segment>();
        for (int s = 0; s < 3; s++) {
            var texts = new ShreddingBuilder();
            for (int row = 0; row < 1000; row++) {
                texts.append(Dynamic.of("text-" + (s == 1 ? row : row % 20)));
            }
            segments.add(new Segment(1000, List.of(texts.build())));
        }
        return new LogicalPlan.Condense(
                new LogicalPlan.Scan(new Table("T", SCHEMA, segments), ScanRequest.ALL),
                new BoundExpr.ColumnRef(0, "k", KqlType.STRING),
                Schema.of(new Field("k", KqlType.STRING), new Field("n", KqlType.LONG)));
    }

    /// @param wanted batches, after which no more is wanted
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void whatIsHeldIsGivenBackWhenItWasHandedOn(int wanted) {
        var held = new AtomicLong();
        var most = new AtomicLong();
        var context =
                new RunContext(
                        Instant.EPOCH,
                        1,
                        System.nanoTime() + TimeUnit.MINUTES.toNanos(5),
                        1 << 20,
                        ValueLimits.DEFAULT,
                        () -> false,
                        null,
                        1,
                        false);
        var handed = new ArrayList<Integer>();
        MemoryMeter.of(bytes -> most.accumulateAndGet(held.addAndGet(bytes), Math::max))
                .running(() ->
                        new Executor(context)
                                .relation(condensed())
                                .forEach(batch -> {
                                    handed.add(batch.rows());
                                    return handed.size() < wanted;
                                }));
        assertThat(handed).hasSize(Math.min(wanted, 3)).startsWith(20);
        assertThat(most.get()).isPositive();
        assertThat(held).hasValue(0);
    }
}
