package io.muster.kql.function;

import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.List;

/// An aggregate of `summarize`.
///
/// @param prefix the result's name is the prefix, `_` and the first argument's name; "" keeps the first argument's name
/// @param filtered the last argument is a predicate that says which rows count
/// @param several gives several columns (`arg_max`): its arguments may be `*`
public record AggregateFunction(
        String name,
        List<Signature> signatures,
        String prefix,
        boolean filtered,
        boolean several,
        Factory factory,
        String note) {
    public AggregateFunction {
        signatures = List.copyOf(signatures);
    }

    /// Makes the state for one aggregate of a query.
    @FunctionalInterface
    public interface Factory {
        Accumulator create(List<KqlType> argumentTypes, KqlType resultType, List<Long> settings);
    }

    private static final Kernel NONE =
            arguments -> {
                throw new IllegalStateException("an aggregate has no kernel");
            };

    public static AggregateFunction of(
            String name, String signature, String prefix, Factory factory) {
        return new AggregateFunction(
                name, List.of(Signature.parse(signature, NONE)), prefix, false, false, factory, "");
    }

    public AggregateFunction or(String signature) {
        var all = new ArrayList<>(signatures);
        all.add(Signature.parse(signature, NONE));
        return new AggregateFunction(name, all, prefix, filtered, several, factory, note);
    }

    /// The same aggregate over the rows that a predicate, its last argument, picks.
    public AggregateFunction filteredAs(String other, String signature, String otherPrefix) {
        return new AggregateFunction(
                other,
                List.of(Signature.parse(signature, NONE)),
                otherPrefix,
                true,
                several,
                factory,
                note);
    }

    public AggregateFunction ofSeveral() {
        return new AggregateFunction(name, signatures, prefix, filtered, true, factory, note);
    }

    public AggregateFunction alias(String other, String otherPrefix) {
        return new AggregateFunction(
                other,
                signatures,
                otherPrefix,
                filtered,
                several,
                factory,
                "same as `" + name + "`");
    }

    public AggregateFunction noted(String difference) {
        return new AggregateFunction(
                name, signatures, prefix, filtered, several, factory, difference);
    }
}
