package io.muster.policy.expression;

import io.muster.core.value.Dynamic;

/// Questions about an object's members that [Dynamic#getIgnoreCase] cannot answer, since a missing member and a null one look alike there.
public final class Members {
    private Members() {}

    /// Whether the object has a member of that name, ignoring case.
    public static boolean has(Dynamic bag, String name) {
        var members = bag.members();
        if (members.containsKey(name)) {
            return true;
        }
        for (var key : members.keySet()) {
            if (key.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    /// The name as the object spells it, or the given one when it has none.
    public static String spelling(Dynamic bag, String name) {
        var members = bag.members();
        if (!members.containsKey(name)) {
            for (var key : members.keySet()) {
                if (key.equalsIgnoreCase(name)) {
                    return key;
                }
            }
        }
        return name;
    }
}
