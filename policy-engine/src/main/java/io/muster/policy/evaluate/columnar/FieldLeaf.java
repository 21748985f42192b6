package io.muster.policy.evaluate.columnar;

import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.Elements;
import io.muster.core.column.NullColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.expression.EvaluationFailure;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// `value operator operand` for the values at a path below a column, every value of a row having to hold.
///
/// @param adapt what is done with a text before it is compared (a location's blanks, a name's last segment)
record FieldLeaf(ConditionOperator operator, Dynamic operand, UnaryOperator<Dynamic> adapt) {

    /// Decides every row; null when columns cannot.
    @Nullable Outcome decide(Column root, List<FieldPath.Step> steps) {
        Column at = root;
        for (int i = 0; i < steps.size(); i++) {
            switch (steps.get(i)) {
                case FieldPath.Step.Member(var name) -> {
                    var member = Columns.member(at, name);
                    if (member == null) {
                        return null;
                    }
                    at = member;
                }
                case FieldPath.Step.At(var index) -> at = at.dense().at(index);
                case FieldPath.Step.Each() -> {
                    var elements = at.dense().elements();
                    var inner = decide(elements.values(), steps.subList(i + 1, steps.size()));
                    return inner == null ? null : all(elements, inner, root.size());
                }
            }
        }
        return values(at.dense());
    }

    /// In the order of the elements: the first that does not hold, or fails, decides.
    private static Outcome all(Elements elements, Outcome inner, int size) {
        var out = new OutcomeBuilder(size);
        int[] offsets = elements.offsets();
        for (int row = 0; row < size; row++) {
            byte outcome = OutcomeBuilder.HOLDS;
            for (int e = offsets[row]; e < offsets[row + 1]; e++) {
                if (inner.failsAt(e)) {
                    outcome = OutcomeBuilder.FAILS;
                    break;
                }
                if (!inner.holds().get(e)) {
                    outcome = OutcomeBuilder.NO;
                    break;
                }
            }
            out.set(row, outcome);
        }
        return out.build();
    }

    private Outcome values(Column column) {
        int size = column.size();
        byte ofNull = outcome(Dynamic.NULL);
        var out = new OutcomeBuilder(size);
        switch (column) {
            case NullColumn _ -> {
                return OutcomeBuilder.constant(ofNull, size);
            }
            case StringColumn texts -> {
                return texts(texts, ofNull);
            }
            case BoolColumn bools -> {
                byte ofTrue = outcome(Dynamic.TRUE);
                byte ofFalse = outcome(Dynamic.FALSE);
                for (int row = 0; row < size; row++) {
                    out.set(
                            row,
                            !bools.present().get(row)
                                    ? ofNull
                                    : bools.values().get(row) ? ofTrue : ofFalse);
                }
            }
            default -> {
                for (int row = 0; row < size; row++) {
                    out.set(row, column.isNull(row) ? ofNull : outcome(column.dynamic(row)));
                }
            }
        }
        return out.build();
    }

    /// Once a distinct text, not once a row; then the rows are picked by their codes.
    private Outcome texts(StringColumn texts, byte ofNull) {
        var text = texts.dictionary().reader();
        boolean[] holds = new boolean[texts.dictionary().size()];
        boolean[] fails = new boolean[holds.length];
        boolean anyFails = false;
        boolean[] present = present(texts);
        for (int code = 0; code < holds.length; code++) {
            if (present[code]) {
                byte outcome = outcome(Dynamic.of(text.apply(code)));
                holds[code] = outcome == OutcomeBuilder.HOLDS;
                fails[code] = outcome == OutcomeBuilder.FAILS;
                anyFails |= fails[code];
            }
        }
        var held = texts.codes().select(holds);
        var failed = anyFails ? texts.codes().select(fails) : null;
        if (ofNull != OutcomeBuilder.NO) {
            var nulls = texts.codes().select(present).not();
            if (ofNull == OutcomeBuilder.HOLDS) {
                held = held.or(nulls);
            } else if (!nulls.isEmpty()) {
                failed = Outcome.either(failed, nulls);
            }
        }
        return new Outcome(held, failed);
    }

    /// Which codes any row has: a dictionary may hold many more.
    private static boolean[] present(StringColumn texts) {
        boolean[] present = new boolean[texts.dictionary().size()];
        if (present.length <= texts.size()) {
            Arrays.fill(present, true);
            return present;
        }
        for (int row = 0; row < texts.size(); row++) {
            int code = texts.codes().get(row);
            if (code >= 0) {
                present[code] = true;
            }
        }
        return present;
    }

    byte outcome(Dynamic value) {
        try {
            return operator.holds(adapt.apply(value), operand)
                    ? OutcomeBuilder.HOLDS
                    : OutcomeBuilder.NO;
        } catch (EvaluationFailure failure) {
            return OutcomeBuilder.FAILS;
        }
    }
}
