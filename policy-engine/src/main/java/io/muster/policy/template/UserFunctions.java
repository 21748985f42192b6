package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.ExpressionScope;
import io.muster.policy.expression.ExpressionScope.ScopeFunction;
import io.muster.policy.expression.function.FunctionLibrary;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The functions that a template declares, called as `namespace.name()`. Source: azure/azure-resource-manager/templates/user-defined-functions.
final class UserFunctions {
    private final Dynamic template;
    private final TemplateTypes types;
    private final Allowance allowance;

    /// @param allowance of the template: what its functions do counts too
    UserFunctions(Dynamic template, TemplateTypes types, Allowance allowance) {
        this.template = template;
        this.types = types;
        this.allowance = allowance;
    }

    /// A function that the template declares: it sees its own parameters and the pure functions, nothing else.
    @Nullable ScopeFunction find(String key) {
        for (var space : template.getIgnoreCase("functions").items()) {
            String prefix = space.getIgnoreCase("namespace").textOr("") + ".";
            for (var member : space.getIgnoreCase("members").members().entrySet()) {
                if ((prefix + member.getKey()).equalsIgnoreCase(key)) {
                    return a -> called(key, member.getValue(), a);
                }
            }
        }
        return null;
    }

    private Dynamic called(String key, Dynamic declared, List<Dynamic> arguments)
            throws EvaluationFailure {
        var names = declared.getIgnoreCase("parameters").items();
        if (names.size() != arguments.size()) {
            throw new EvaluationFailure(
                    "the function '"
                            + key
                            + "' takes "
                            + names.size()
                            + " arguments, not "
                            + arguments.size());
        }
        Map<String, Dynamic> own = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            check("argument of '" + key + "'", names.get(i), arguments.get(i));
            own.put(
                    names.get(i).getIgnoreCase("name").textOr("").toLowerCase(Locale.ROOT),
                    arguments.get(i));
        }
        var inside =
                new ExpressionEvaluator(
                        FunctionLibrary.TEMPLATE,
                        new ExpressionScope() {
                            @Override
                            public @Nullable ScopeFunction function(String function) {
                                return function.equals("parameters")
                                        ? a -> given(key, own, a)
                                        : null;
                            }

                            @Override
                            public void spend(Dynamic result) throws EvaluationFailure {
                                allowance.spend(result);
                            }
                        });
        var result = computed(declared.path("output", "value"), inside);
        check("result of '" + key + "'", declared.getIgnoreCase("output"), result);
        return result;
    }

    /// Of what has a type at all: older templates leave it out now and then.
    private void check(String what, Dynamic declared, Dynamic value) throws EvaluationFailure {
        if (declared.getIgnoreCase("type").isNull() && declared.getIgnoreCase("$ref").isNull()) {
            return;
        }
        try {
            types.check(what, declared.getIgnoreCase("name").textOr(""), declared, value);
        } catch (TemplateException fault) {
            throw new EvaluationFailure(fault.reason());
        }
    }

    private static Dynamic given(String key, Map<String, Dynamic> own, List<Dynamic> a)
            throws EvaluationFailure {
        String name = TemplateEvaluation.name("parameters", a);
        var value = own.get(name.toLowerCase(Locale.ROOT));
        if (value == null) {
            throw new EvaluationFailure(
                    "the function '" + key + "' has no parameter '" + name + "'");
        }
        return value;
    }

    private static Dynamic computed(Dynamic value, ExpressionEvaluator with)
            throws EvaluationFailure {
        return Texts.<EvaluationFailure>changed(
                value,
                text ->
                        ExpressionParser.isExpression(text)
                                ? with.evaluate(TemplateEvaluation.parse(text))
                                : Dynamic.of(ExpressionParser.unescape(text)));
    }
}
