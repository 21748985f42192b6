package io.muster.policy.remedy;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.evaluate.RuleEvaluator;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A condition to be made true or false of a document.
///
/// @param evaluators how conditions are decided about a changed document
/// @param framing puts a condition into the counts that it stands in
/// @param counted the array whose first member alone may be changed; null when the whole document may
record Goal(
        Constraint constraint,
        boolean wanted,
        Dynamic document,
        Function<Dynamic, RuleEvaluator> evaluators,
        UnaryOperator<Constraint> framing,
        @Nullable FieldPath counted) {

    static Goal of(
            Constraint constraint,
            boolean wanted,
            Dynamic document,
            Function<Dynamic, RuleEvaluator> evaluators) {
        return new Goal(constraint, wanted, document, evaluators, UnaryOperator.identity(), null);
    }

    RuleEvaluator evaluator(Dynamic changed) {
        return evaluators.apply(changed);
    }

    /// How a condition comes out; null when it fails.
    @Nullable Boolean test(Constraint part, Dynamic changed) {
        try {
            return evaluator(changed).test(framing.apply(part));
        } catch (EvaluationFailure undecided) {
            return null;
        }
    }

    boolean isReached(Dynamic changed) {
        var result = test(constraint, changed);
        return result != null && result == wanted;
    }

    /// The path in the document that may be changed; null when what stands there may not.
    @Nullable FieldPath place(FieldPath path) {
        if (counted == null) {
            return path;
        }
        if (!path.startsWith(counted)) {
            return null;
        }
        List<FieldPath.Step> steps = new ArrayList<>(path.steps());
        for (int i = 0; i < counted.steps().size(); i++) {
            if (steps.get(i) instanceof FieldPath.Step.Each) {
                steps.set(i, new FieldPath.Step.At(0));
            }
        }
        return new FieldPath(steps);
    }

    /// Another condition, in the same counts, about the document with that value there.
    Goal with(List<FieldPath.Step> at, Dynamic value, Constraint condition, boolean want) {
        return new Goal(
                condition, want, Edits.put(document, at, value), evaluators, framing, counted);
    }

    /// The `where` of a count over an array that has one member, as a goal for that member.
    Goal within(FieldReference.Alias alias, FieldPath array, Constraint where, boolean want) {
        var name = TemplateValue.literal(Dynamic.of(alias.name()));
        return new Goal(
                where,
                want,
                document,
                evaluators,
                part ->
                        framing.apply(
                                new Constraint.Condition(
                                        new Constraint.LeftSide.FieldCount(name, alias, part),
                                        ConditionOperator.GREATER_OR_EQUALS,
                                        TemplateValue.literal(Dynamic.of(1)),
                                        part.pointer())),
                array);
    }
}
