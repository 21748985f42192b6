package io.muster.policy.remedy;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldPath;
import io.muster.policy.expression.Members;
import java.util.ArrayList;
import java.util.List;

/// Reads and changes documents at paths without stars. Documents are immutable: a changed copy comes back.
final class Edits {
    private Edits() {}

    static Dynamic get(Dynamic document, List<FieldPath.Step> steps) {
        Dynamic value = document;
        for (var step : steps) {
            value =
                    switch (step) {
                        case FieldPath.Step.Member(var name) -> value.getIgnoreCase(name);
                        case FieldPath.Step.At(var index) -> value.get(index);
                        case FieldPath.Step.Each() ->
                                throw new IllegalArgumentException("the path has a star");
                    };
        }
        return value;
    }

    /// The document with that value there; parents that are missing are made. The null value takes the property away.
    static Dynamic put(Dynamic document, List<FieldPath.Step> steps, Dynamic value) {
        if (steps.isEmpty()) {
            return value;
        }
        var rest = steps.subList(1, steps.size());
        return switch (steps.getFirst()) {
            case FieldPath.Step.Member(var name) -> {
                var parent = document instanceof Dynamic.Bag ? document : Dynamic.EMPTY_BAG;
                String spelled = Members.spelling(parent, name);
                var changed = put(parent.get(spelled), rest, value);
                if (!changed.isNull()) {
                    yield parent.with(spelled, changed);
                }
                yield parent.members().containsKey(spelled) ? parent.without(spelled) : document;
            }
            case FieldPath.Step.At(var index) -> {
                List<Dynamic> items = new ArrayList<>(document.items());
                while (items.size() <= index) {
                    items.add(Dynamic.EMPTY_BAG);
                }
                items.set(index, put(items.get(index), rest, value));
                yield new Dynamic.Array(items);
            }
            case FieldPath.Step.Each() -> throw new IllegalArgumentException("the path has a star");
        };
    }
}
