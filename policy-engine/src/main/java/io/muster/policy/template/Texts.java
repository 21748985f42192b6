package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// A value with every text in it changed; names of members stay.
final class Texts {
    private Texts() {}

    /// What becomes of a text.
    interface Change<E extends Exception> {
        Dynamic of(String text) throws E;
    }

    static <E extends Exception> Dynamic changed(Dynamic value, Change<E> change) throws E {
        return switch (value) {
            case Dynamic.Text(var text) -> change.of(text);
            case Dynamic.Array(var items) -> {
                List<Dynamic> out = new ArrayList<>(items.size());
                for (var item : items) {
                    out.add(changed(item, change));
                }
                yield new Dynamic.Array(out);
            }
            case Dynamic.Bag(var members) -> {
                var out = new LinkedHashMap<String, Dynamic>();
                for (var member : members.entrySet()) {
                    out.put(member.getKey(), changed(member.getValue(), change));
                }
                yield new Dynamic.Bag(out);
            }
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    value;
        };
    }
}
