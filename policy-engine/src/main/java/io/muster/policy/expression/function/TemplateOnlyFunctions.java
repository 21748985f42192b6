package io.muster.policy.expression.function;

import static io.muster.policy.expression.function.Arguments.text;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.TemplateFunction;
import java.util.ArrayList;
import java.util.List;

/// Pure functions of deployment templates that rules may not use: resource IDs from their parts.
final class TemplateOnlyFunctions {
    private TemplateOnlyFunctions() {}

    static List<TemplateFunction> functions() {
        return List.of(
                new TemplateFunction(
                        "tenantResourceId",
                        2,
                        TemplateFunction.ANY,
                        a -> Dynamic.of(below("", "tenantResourceId", a, 0))),
                new TemplateFunction(
                        "extensionResourceId",
                        3,
                        TemplateFunction.ANY,
                        a ->
                                Dynamic.of(
                                        below(
                                                text("extensionResourceId", a, 0),
                                                "extensionResourceId",
                                                a,
                                                1))));
    }

    /// `scope/providers/Ns/type/name/...` of the type and the names from argument `at` on.
    static String below(String scope, String function, List<Dynamic> a, int at)
            throws EvaluationFailure {
        List<String> names = new ArrayList<>();
        for (int i = at + 1; i < a.size(); i++) {
            names.add(text(function, a, i));
        }
        return ResourceIds.below(scope, text(function, a, at), names);
    }
}
