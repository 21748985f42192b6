package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;

/// One condition as it came out, with the fields that Policy Insights gives it.
///
/// @param expressionKind `Field`, `Value` or `Count`
/// @param expression the field's name or the expression's text as the rule has it
/// @param path where the value stands in the resource; empty when nowhere
/// @param expressionValue what was found; an array for a `[*]` field
/// @param operator as the rule spells it in the documentation (`equals`)
/// @param result whether the condition held
/// @param pointer JSON pointer of the condition in the definition
public record EvaluatedExpression(
        String expressionKind,
        String expression,
        String path,
        Dynamic expressionValue,
        Dynamic targetValue,
        String operator,
        boolean result,
        String pointer) {

    /// The wire form: `result` is `True` or `False`.
    public Dynamic toJson() {
        return Dynamic.bag()
                .put("result", result ? "True" : "False")
                .put("expression", expression)
                .put("expressionKind", expressionKind)
                .put("path", path)
                .put("expressionValue", expressionValue)
                .put("targetValue", targetValue)
                .put("operator", operator)
                .build();
    }
}
