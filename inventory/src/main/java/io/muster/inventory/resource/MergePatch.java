package io.muster.inventory.resource;

import io.muster.core.value.Dynamic;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a PATCH of ARM makes of a resource: objects merge, everything else is replaced, `tags` and arrays as a whole. A null removes. Names ignore case and stay as they
/// are written already.
public final class MergePatch {
    private MergePatch() {}

    public static Dynamic apply(Dynamic stored, Dynamic patch) {
        var out = new LinkedHashMap<>(stored.members());
        for (Map.Entry<String, Dynamic> change : patch.members().entrySet()) {
            String name = known(out, change.getKey());
            var before = out.get(name);
            if (change.getValue().isNull()) {
                out.remove(name);
            } else if (before instanceof Dynamic.Bag
                    && change.getValue() instanceof Dynamic.Bag
                    && !name.equalsIgnoreCase("tags")) {
                out.put(name, apply(before, change.getValue()));
            } else {
                out.put(name, change.getValue());
            }
        }
        return new Dynamic.Bag(out);
    }

    private static String known(Map<String, Dynamic> members, String name) {
        if (members.containsKey(name)) {
            return name;
        }
        for (String known : members.keySet()) {
            if (known.equalsIgnoreCase(name)) {
                return known;
            }
        }
        return name;
    }
}
