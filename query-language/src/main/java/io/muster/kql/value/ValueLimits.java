package io.muster.kql.value;

/// How large one value may be that a query makes.
///
/// @param text UTF-16 units of a text; at least [#LEAST_TEXT]
/// @param value what an array or a property bag takes that is read to its last value: a unit for each character, and eight for each value
///     within, as often as it is read; at least [#LEAST_VALUE]
public record ValueLimits(int text, long value) {
    /// Texts that every query may make, so that only longer ones are looked at.
    public static final int LEAST_TEXT = 1 << 16;

    /// Units of arrays and bags that every query may make.
    public static final long LEAST_VALUE = 1 << 16;

    public static final ValueLimits DEFAULT = new ValueLimits(16 << 20, 1L << 27);

    private static final ScopedValue<ValueLimits> CURRENT = ScopedValue.newInstance();

    public ValueLimits {
        if (text < LEAST_TEXT || value < LEAST_VALUE) {
            throw new IllegalArgumentException(
                    "a text may have %,d characters at least, not %,d; a value %,d units, not %,d"
                            .formatted(LEAST_TEXT, text, LEAST_VALUE, value));
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
