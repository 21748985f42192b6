package io.muster.policy.expression;

import io.muster.core.value.Dynamic;
import java.util.List;

/// One pure function of the template language: its name, how many arguments it takes, and what it does with them.
///
/// @param maximum the most arguments it takes; [#ANY] for no limit of its own
public record TemplateFunction(String name, int minimum, int maximum, Body body) {
    /// Azure's own limit of arguments of one call (azure-policy.md section 14).
    public static final int ANY = 128;

    /// Computes the function. Arguments are evaluated already and their number is checked.
    @FunctionalInterface
    public interface Body {
        Dynamic apply(List<Dynamic> arguments) throws EvaluationFailure;
    }

    /// Applies the function after checking the number of arguments.
    public Dynamic apply(List<Dynamic> arguments) throws EvaluationFailure {
        if (arguments.size() < minimum || arguments.size() > maximum) {
            throw new EvaluationFailure(
                    "the function '%s' does not take %d argument%s"
                            .formatted(name, arguments.size(), arguments.size() == 1 ? "" : "s"));
        }
        return body.apply(arguments);
    }
}
