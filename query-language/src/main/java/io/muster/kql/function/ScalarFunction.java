package io.muster.kql.function;

import java.util.ArrayList;
import java.util.List;

/// A function from values to a value, with the ways to call it.
///
/// @param prefix what [ResultNaming#PREFIX_AND_FIRST_ARGUMENT] puts before the first argument's name
/// @param stability for how long the same arguments give the same value
/// @param serial sees all rows in order (`row_number`, `prev`): only after `sort` or `serialize`
/// @param note how it differs from Kusto's, or ""
public record ScalarFunction(
        String name,
        List<Signature> signatures,
        ResultNaming naming,
        String prefix,
        Stability stability,
        boolean serial,
        String note) {
    public ScalarFunction {
        signatures = List.copyOf(signatures);
    }

    /// For how long the same arguments give the same value.
    public enum Stability {
        /// For ever: constants are computed when the query is prepared.
        CONSTANT,
        /// During one run (`now`).
        PER_QUERY,
        /// Not at all (`rand`), or it depends on the rows around.
        PER_ROW
    }

    /// A function with one signature; the result column has no name of its own.
    public static ScalarFunction of(String name, String signature, Kernel kernel) {
        return new ScalarFunction(
                name,
                List.of(Signature.parse(signature, kernel)),
                ResultNaming.NONE,
                name,
                Stability.CONSTANT,
                false,
                "");
    }

    public ScalarFunction or(String signature, Kernel kernel) {
        var all = new ArrayList<>(signatures);
        all.add(Signature.parse(signature, kernel));
        return new ScalarFunction(name, all, naming, prefix, stability, serial, note);
    }

    /// Whether it gives something else each time (`rand`), whatever the rows are.
    public boolean isByChance() {
        return stability == Stability.PER_ROW && !serial;
    }

    /// The result is named as the first argument.
    public ScalarFunction keepsName() {
        return new ScalarFunction(
                name, signatures, ResultNaming.FIRST_ARGUMENT, prefix, stability, serial, note);
    }

    public ScalarFunction prefixed(String with) {
        return new ScalarFunction(
                name,
                signatures,
                ResultNaming.PREFIX_AND_FIRST_ARGUMENT,
                with,
                stability,
                serial,
                note);
    }

    /// The result has this name, whatever the arguments are called.
    public ScalarFunction named(String result) {
        return new ScalarFunction(
                name, signatures, ResultNaming.PREFIX, result, stability, serial, note);
    }

    public ScalarFunction perQuery() {
        return new ScalarFunction(
                name, signatures, naming, prefix, Stability.PER_QUERY, serial, note);
    }

    public ScalarFunction varying() {
        return new ScalarFunction(
                name, signatures, naming, prefix, Stability.PER_ROW, serial, note);
    }

    public ScalarFunction inSeries() {
        return new ScalarFunction(name, signatures, naming, prefix, Stability.PER_ROW, true, note);
    }

    /// The same function under another name.
    public ScalarFunction alias(String other) {
        return new ScalarFunction(
                other, signatures, naming, prefix, stability, serial, "same as `" + name + "`");
    }

    public ScalarFunction noted(String difference) {
        return new ScalarFunction(name, signatures, naming, prefix, stability, serial, difference);
    }
}
