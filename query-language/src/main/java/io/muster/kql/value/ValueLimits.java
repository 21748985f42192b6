package io.muster.kql.value;

import java.util.Locale;

/// How large one value may be that a query makes.
///
/// @param text UTF-16 units of a text; from [#LEAST_TEXT] to [#DEFAULT]'s: a text is made before it is counted
/// @param value what an array or a property bag takes that is read to its last value: a unit for each character, and eight for each value
///     within, as often as it is read; from [#LEAST_VALUE] to [#MOST_VALUE]
public record ValueLimits(int text, long value) {
    /// Texts that every query may make, so that only longer ones are looked at.
    public static final int LEAST_TEXT = 1 << 16;

    /// Units of arrays and bags that every query may make.
    public static final long LEAST_VALUE = 1 << 16;

    /// Far more than could be read in any time, and its sum with as many is a number.
    public static final long MOST_VALUE = 1L << 50;

    private static final int MOST_TEXT = 16 << 20;

    public static final ValueLimits DEFAULT = new ValueLimits(MOST_TEXT, 1L << 27);

    private static final ScopedValue<ValueLimits> CURRENT = ScopedValue.newInstance();

    public ValueLimits {
        check("text", "characters", text, LEAST_TEXT, MOST_TEXT);
        check("value", "units", value, LEAST_VALUE, MOST_VALUE);
    }

    private static void check(String what, String units, long limit, long least, long most) {
        if (limit < least || limit > most) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the largest %s must be from %,d to %,d %s, not %,d",
                            what,
                            least,
                            most,
                            units,
                            limit));
        }
    }

    /// Those of the run that the calling thread works for; without one the usual ones.
    public static ValueLimits current() {
        return CURRENT.orElse(DEFAULT);
    }

    /// The thread's bindings with these as the current ones.
    public ScopedValue.Carrier where() {
        return ScopedValue.where(CURRENT, this);
    }
}
