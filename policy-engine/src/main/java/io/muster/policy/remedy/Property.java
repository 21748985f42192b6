package io.muster.policy.remedy;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldPath;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A property that conditions read, and the values tried for it. An array is one property. Confined to one search.
final class Property {
    private final List<FieldPath.Step> steps;
    private final Set<Dynamic> candidates = new LinkedHashSet<>();
    private int leaves;
    private boolean patterned;

    Property(List<FieldPath.Step> steps) {
        this.steps = List.copyOf(steps);
    }

    List<FieldPath.Step> steps() {
        return steps;
    }

    String path() {
        return new FieldPath(steps).text();
    }

    String key() {
        return path().toLowerCase(Locale.ROOT);
    }

    /// In the order in which they are liked.
    Set<Dynamic> candidates() {
        return candidates;
    }

    void suggest(Set<Dynamic> values) {
        candidates.addAll(values);
    }

    /// Notes a condition on it; `patterned` when what satisfies it together with others is not known in full.
    void readBy(boolean pattern) {
        leaves++;
        patterned |= pattern;
    }

    /// Whether the candidates cover every way in which its conditions can come out.
    boolean isCovered() {
        return !patterned || leaves == 1;
    }

    /// Whether changing it comes down to another resource.
    boolean isReluctant() {
        return switch (key()) {
            case "name", "kind", "location" -> true;
            default -> false;
        };
    }

    /// Whether one stands within the other.
    boolean overlaps(Property other) {
        return new FieldPath(steps).startsWith(new FieldPath(other.steps))
                || new FieldPath(other.steps).startsWith(new FieldPath(steps));
    }
}
