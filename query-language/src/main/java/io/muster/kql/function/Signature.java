package io.muster.kql.function;

import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One way to call a function, written `(name: kind, name?: kind, name...: kind): result`.
///
/// @param result a type, or how it follows from the arguments
public record Signature(String text, List<Parameter> parameters, Result result, Kernel kernel) {
    public Signature {
        parameters = List.copyOf(parameters);
    }

    /// How the type of a result is found.
    public sealed interface Result {
        record Fixed(KqlType type) implements Result {}

        /// The first argument's type.
        record First() implements Result {}

        /// The wider of the numeric arguments' types, int counting as long.
        record Widest() implements Result {}

        /// The type that all COMMON arguments were brought to.
        record Common() implements Result {}

        /// The type named by the `typeof` argument; string without one.
        record Named() implements Result {}
    }

    public static Signature parse(String text, Kernel kernel) {
        int close = text.lastIndexOf(')');
        String inside = text.substring(1, close).strip();
        var parameters = new ArrayList<Parameter>();
        for (String part : inside.isEmpty() ? new String[0] : inside.split(",")) {
            int colon = part.indexOf(':');
            String name = part.substring(0, colon).strip();
            boolean optional = name.endsWith("?");
            boolean repeats = name.endsWith("...");
            String bare = name.replace("?", "").replace("...", "");
            var kind =
                    ParameterKind.valueOf(
                            part.substring(colon + 1).strip().toUpperCase(Locale.ROOT));
            parameters.add(new Parameter(bare, kind, optional, repeats));
        }
        String result = text.substring(close + 1).replace(":", "").strip();
        Result rule =
                switch (result) {
                    case "first" -> new Result.First();
                    case "widest" -> new Result.Widest();
                    case "common" -> new Result.Common();
                    case "named" -> new Result.Named();
                    default -> new Result.Fixed(KqlType.parse(result).orElseThrow());
                };
        return new Signature(text, parameters, rule, kernel);
    }

    public int minimum() {
        return (int) parameters.stream().filter(p -> !p.optional()).count();
    }

    public int maximum() {
        return parameters.stream().anyMatch(Parameter::repeats)
                ? Integer.MAX_VALUE
                : parameters.size();
    }

    /// The parameters for that many arguments, one an argument; empty when the count does not fit. Repeating parameters stand side by
    /// side and repeat as a block.
    public Optional<List<Parameter>> layout(int arguments) {
        if (arguments < minimum()) {
            return Optional.empty();
        }
        int first = -1;
        int block = 0;
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).repeats()) {
                first = first < 0 ? i : first;
                block++;
            }
        }
        if (block == 0) {
            return arguments <= parameters.size()
                    ? Optional.of(parameters.subList(0, arguments))
                    : Optional.empty();
        }
        int after =
                (int)
                        parameters.subList(first + block, parameters.size()).stream()
                                .filter(p -> !p.optional())
                                .count();
        int repeated = arguments - first - after;
        if (repeated % block != 0) {
            return Optional.empty();
        }
        var all = new ArrayList<>(parameters.subList(0, first));
        for (int i = 0; i < repeated; i++) {
            all.add(parameters.get(first + i % block));
        }
        all.addAll(parameters.subList(first + block, first + block + after));
        return Optional.of(all);
    }
}
