package io.muster.remediation.change;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The smallest PATCH that turns one document of a resource into another. ARM merges objects and
/// replaces everything else: an array is sent whole, and so are `tags` and `identity`, which ARM
/// replaces as a whole.
public final class MergePatch {
    private static final Set<String> REPLACED_WHOLE = Set.of("tags", "identity", "sku", "plan");

    private MergePatch() {}

    /// The patch; empty when nothing differs.
    ///
    /// @throws IllegalArgumentException when a member would have to go that a PATCH cannot take away
    public static Optional<ResourceChange.Patch> between(
            ResourceId target, Dynamic before, Dynamic after) {
        List<PropertyChange> changes = new ArrayList<>();
        Map<String, Dynamic> body = new LinkedHashMap<>();
        for (var member : after.members().entrySet()) {
            String name = member.getKey();
            var old = before.getIgnoreCase(name);
            var now = member.getValue();
            if (old.equals(now)) {
                continue;
            }
            if (REPLACED_WHOLE.contains(name)) {
                changes.add(new PropertyChange(name, old, now));
                body.put(name, now);
            } else {
                differ(name, old, now, changes).ifPresent(part -> body.put(name, part));
            }
        }
        for (var name : before.members().keySet()) {
            if (after.getIgnoreCase(name).isNull() && !before.get(name).isNull()) {
                if (!name.equals("tags")) {
                    throw gone(name);
                }
                changes.add(new PropertyChange(name, before.get(name), Dynamic.EMPTY_BAG));
                body.put(name, Dynamic.EMPTY_BAG);
            }
        }
        return body.isEmpty()
                ? Optional.empty()
                : Optional.of(new ResourceChange.Patch(target, new Dynamic.Bag(body), changes));
    }

    private static Optional<Dynamic> differ(
            String path, Dynamic before, Dynamic after, List<PropertyChange> changes) {
        if (before.equals(after)) {
            return Optional.empty();
        }
        if (!(before instanceof Dynamic.Bag(var old)) || !(after instanceof Dynamic.Bag(var now))) {
            changes.add(new PropertyChange(path, before, after));
            return Optional.of(after);
        }
        Map<String, Dynamic> part = new LinkedHashMap<>();
        now.forEach((name, value) ->
                differ(PropertyChange.below(path, name), before.getIgnoreCase(name), value, changes)
                        .ifPresent(inner -> part.put(name, inner)));
        for (var name : old.keySet()) {
            if (after.getIgnoreCase(name).isNull() && !before.get(name).isNull()) {
                throw gone(PropertyChange.below(path, name));
            }
        }
        return part.isEmpty() ? Optional.empty() : Optional.of(new Dynamic.Bag(part));
    }

    private static IllegalArgumentException gone(String path) {
        return new IllegalArgumentException("a PATCH cannot take '" + path + "' away");
    }
}
