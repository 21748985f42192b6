package io.muster.remediation.change;

import io.muster.core.value.Dynamic;

/// One value that a change sets.
///
/// @param path member names joined by slashes, as `properties/applicationProfile`: a JSON pointer
///     without its first slash (a tag's name may hold dots)
/// @param before null value when it was absent
/// @param after null value when it is taken away
public record PropertyChange(String path, Dynamic before, Dynamic after) {
    public PropertyChange {
        if (path.isBlank()) {
            throw new IllegalArgumentException("a property change needs a path");
        }
    }

    /// The path of a member below another.
    static String below(String path, String member) {
        return path + "/" + member.replace("~", "~0").replace("/", "~1");
    }

    /// The value that a document has at the path; null value when it has none.
    public Dynamic valueIn(Dynamic document) {
        var at = document;
        for (var name : path.split("/", -1)) {
            at = at.getIgnoreCase(name.replace("~1", "/").replace("~0", "~"));
        }
        return at;
    }

    /// Whether a document has the value that was set.
    public boolean holdsIn(Dynamic document) {
        return valueIn(document).equals(after);
    }

    Dynamic toDynamic() {
        return Dynamic.bag().put("path", path).put("before", before).put("after", after).build();
    }

    static PropertyChange fromDynamic(Dynamic value) {
        return new PropertyChange(
                value.get("path").textOr(""), value.get("before"), value.get("after"));
    }
}
