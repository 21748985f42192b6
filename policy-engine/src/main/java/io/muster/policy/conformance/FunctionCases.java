package io.muster.policy.conformance;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.ExpressionScope;
import io.muster.policy.expression.ExpressionSyntaxException;
import io.muster.policy.expression.Kinds;
import io.muster.policy.expression.function.FunctionLibrary;
import io.muster.policy.expression.function.Values;

/// One call of a template function a case.
final class FunctionCases {
    private FunctionCases() {}

    static void run(Dynamic test, CaseReport report) {
        String id = test.get("id").textOr(test.get("expression").textOr(""));
        if (!test.get("availability").isNull()) {
            report.add(
                    id,
                    "unavailable",
                    CaseReport.Status.SKIP,
                    test.get("availability").textOr(""),
                    true);
            return;
        }
        var expected = test.get("expected");
        boolean fails = expected.get("error").boolOr(false);
        try {
            var expression = ExpressionParser.parse(test.get("expression").textOr(""));
            var value =
                    new ExpressionEvaluator(FunctionLibrary.POLICY, ExpressionScope.NONE)
                            .evaluate(expression);
            boolean equal = !fails && Values.same(value, expected.get("value"));
            add(id, equal, "yields " + Kinds.show(value), report);
        } catch (EvaluationFailure failure) {
            add(id, fails, "fails: " + failure.reason(), report);
        } catch (ExpressionSyntaxException fault) {
            add(id, fails, "is no expression: " + fault.getMessage(), report);
        }
    }

    private static void add(String id, boolean passed, String detail, CaseReport report) {
        report.add(
                id,
                "available",
                passed ? CaseReport.Status.PASS : CaseReport.Status.FAIL,
                detail,
                false);
    }
}
