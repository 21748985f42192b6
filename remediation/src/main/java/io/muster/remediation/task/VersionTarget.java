package io.muster.remediation.task;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.VersionNumber;
import java.util.Optional;

/// Which version a pinned application is to be at.
public sealed interface VersionTarget {
    /// The newest that `latest` would mean for the machine.
    record Newest() implements VersionTarget {}

    /// Exactly that one, newer or older, excluded from latest or not.
    record Exactly(VersionNumber version) implements VersionTarget {}

    /// At least that one; where it is less, the newest.
    record AtLeast(VersionNumber minimum) implements VersionTarget {}

    /// From one (included) to another (excluded); where it is outside, the newest within.
    record Within(VersionNumber from, VersionNumber to) implements VersionTarget {
        public Within {
            if (from.compareTo(to) >= 0) {
                throw new IllegalArgumentException(
                        "no version is from " + from + " to below " + to);
            }
        }
    }

    /// Whether a version needs no raising.
    default boolean accepts(VersionNumber version, Optional<VersionNumber> newest) {
        return switch (this) {
            case Newest() -> newest.map(n -> version.compareTo(n) >= 0).orElse(true);
            case Exactly(var wanted) -> version.compareTo(wanted) == 0;
            case AtLeast(var minimum) -> version.compareTo(minimum) >= 0;
            case Within(var from, var to) -> isWithin(version, from, to);
        };
    }

    /// Whether a version may be chosen.
    default boolean allows(VersionNumber version) {
        return switch (this) {
            case Newest() -> true;
            case Exactly(var wanted) -> version.compareTo(wanted) == 0;
            case AtLeast(var minimum) -> version.compareTo(minimum) >= 0;
            case Within(var from, var to) -> isWithin(version, from, to);
        };
    }

    private static boolean isWithin(VersionNumber v, VersionNumber from, VersionNumber to) {
        return v.compareTo(from) >= 0 && v.compareTo(to) < 0;
    }

    /// `newest`, `1.2.3`, `>=1.2.0` or `>=1.2.0 <2.0.0`.
    default String text() {
        return switch (this) {
            case Newest() -> "newest";
            case Exactly(var version) -> version.toString();
            case AtLeast(var minimum) -> ">=" + minimum;
            case Within(var from, var to) -> ">=" + from + " <" + to;
        };
    }

    /// Reads [#text].
    ///
    /// @throws IllegalArgumentException when it is none of the forms
    static VersionTarget parse(String text) {
        String written = text.strip();
        if (written.equalsIgnoreCase("newest")) {
            return new Newest();
        }
        if (!written.startsWith(">=")) {
            return new Exactly(number(written));
        }
        int below = written.indexOf('<');
        return below < 0
                ? new AtLeast(number(written.substring(2)))
                : new Within(
                        number(written.substring(2, below)), number(written.substring(below + 1)));
    }

    private static VersionNumber number(String text) {
        return VersionNumber.parseLenient(text)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "'"
                                        + text.strip()
                                        + "' is no version target: newest, 1.2.3, >=1.2.0"
                                        + " and >=1.2.0 <2.0.0 are"));
    }

    default Dynamic toDynamic() {
        return Dynamic.of(text());
    }
}
