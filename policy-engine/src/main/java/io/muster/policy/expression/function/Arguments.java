package io.muster.policy.expression.function;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Kinds;
import java.util.List;

/// Typed reads of a call's arguments; the wrong type is an evaluation failure that names the function.
final class Arguments {
    private Arguments() {}

    static EvaluationFailure wrong(String function, int at, Dynamic value, String wanted) {
        return new EvaluationFailure(
                "argument %d of '%s' is %s where %s is needed"
                        .formatted(at + 1, function, Kinds.name(value), wanted));
    }

    static String text(String function, List<Dynamic> arguments, int at) throws EvaluationFailure {
        if (arguments.get(at) instanceof Dynamic.Text(var value)) {
            return value;
        }
        throw wrong(function, at, arguments.get(at), "a text");
    }

    /// A text; null reads as "".
    static String textOrNull(String function, List<Dynamic> arguments, int at)
            throws EvaluationFailure {
        return arguments.get(at).isNull() ? "" : text(function, arguments, at);
    }

    static long whole(String function, List<Dynamic> arguments, int at) throws EvaluationFailure {
        if (arguments.get(at) instanceof Dynamic.Whole(var value)) {
            return value;
        }
        throw wrong(function, at, arguments.get(at), "an integer");
    }

    static boolean bool(String function, List<Dynamic> arguments, int at) throws EvaluationFailure {
        if (arguments.get(at) instanceof Dynamic.Bool(var value)) {
            return value;
        }
        throw wrong(function, at, arguments.get(at), "a boolean");
    }

    /// A count clipped to what an index can hold; negative counts as 0.
    static int count(String function, List<Dynamic> arguments, int at) throws EvaluationFailure {
        return (int) Math.clamp(whole(function, arguments, at), 0L, Integer.MAX_VALUE);
    }
}
