package io.muster.kql.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogicalPlanTest {
    private static LogicalPlan.Join join(JoinKind kind, int leftKeys, int rightKeys) {
        var schema = Schema.of(new Field("n", KqlType.LONG));
        var side = new LogicalPlan.Rows(schema, List.of());
        var key = new BoundExpr.Literal(Dynamic.of(1), KqlType.LONG);
        return new LogicalPlan.Join(
                kind,
                side,
                side,
                Collections.nCopies(leftKeys, key),
                Collections.nCopies(rightKeys, key),
                schema);
    }

    @ParameterizedTest
    @EnumSource
    void joinHasAsManyKeysOnEachSideAndOneAtLeast(JoinKind kind) {
        assertThat(join(kind, 2, 2).leftKeys()).hasSize(2);
        assertThatThrownBy(() -> join(kind, 0, 0)).hasMessage("0 keys and 0");
        assertThatThrownBy(() -> join(kind, 1, 2)).hasMessage("1 keys and 2");
    }
}
