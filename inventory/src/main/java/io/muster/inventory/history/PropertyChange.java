package io.muster.inventory.history;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// One leaf that differs between two states of a resource.
///
/// @param path `properties.hardwareProfile.vmSize`, `zones[0]`, `tags['with blank']`
/// @param before null value for an insertion
/// @param after null value for a removal
public record PropertyChange(String path, Kind kind, Dynamic before, Dynamic after) {
    /// The kinds as the wire names them.
    public enum Kind {
        INSERT("Insert"),
        UPDATE("Update"),
        REMOVE("Remove");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_$][\\w$-]*");

    /// Times that an instance view reports anew at each reading.
    private static final Pattern HEARTBEAT =
            Pattern.compile("properties\\.(?:extended\\.)?instanceView\\b.*\\.time");

    private static final Pattern SYSTEM =
            Pattern.compile(
                    "properties\\.(?:(?:extended\\.)?instanceView\\b.*|provisioningState|replicationStatus\\b.*|.*\\.provisioningState|timeCreated|etag)|etag");

    /// The leaves that differ, in the order of the new state and then what is gone from it. Heartbeats do not count.
    public static List<PropertyChange> between(Dynamic before, Dynamic after) {
        var changes = new ArrayList<PropertyChange>();
        compare("", before, after, changes);
        changes.removeIf(change -> HEARTBEAT.matcher(change.path()).matches());
        return changes;
    }

    /// Whether the platform changes it, not a user.
    public boolean isSystem() {
        return SYSTEM.matcher(path).matches();
    }

    private static void compare(
            String path, Dynamic before, Dynamic after, List<PropertyChange> changes) {
        if (before.equals(after)) {
            return;
        }
        if (before instanceof Dynamic.Bag(var old) && after instanceof Dynamic.Bag(var now)) {
            var names = new LinkedHashSet<>(now.keySet());
            names.addAll(old.keySet());
            for (var name : names) {
                compare(member(path, name), before.get(name), after.get(name), changes);
            }
            return;
        }
        if (before instanceof Dynamic.Array(var old) && after instanceof Dynamic.Array(var now)) {
            for (int i = 0; i < Math.max(old.size(), now.size()); i++) {
                compare(path + "[" + i + "]", before.get(i), after.get(i), changes);
            }
            return;
        }
        if (isLeafless(before) && isLeafless(after)) {
            changes.add(new PropertyChange(path, Kind.UPDATE, before, after));
            return;
        }
        // A value that comes or goes with all its leaves: one change a leaf, as Azure lists them.
        leaves(path, before, Kind.REMOVE, changes);
        leaves(path, after, Kind.INSERT, changes);
        merge(path, changes);
    }

    private static boolean isLeafless(Dynamic value) {
        return switch (value) {
            case Dynamic.Null() -> false;
            case Dynamic.Bag(var members) -> members.isEmpty();
            case Dynamic.Array(var items) -> items.isEmpty();
            default -> true;
        };
    }

    private static void leaves(
            String path, Dynamic value, Kind kind, List<PropertyChange> changes) {
        switch (value) {
            case Dynamic.Null() -> {
                // Absent, or null: the other side tells what came or went.
            }
            case Dynamic.Bag(var members) when !members.isEmpty() ->
                    members.forEach((name, v) -> leaves(member(path, name), v, kind, changes));
            case Dynamic.Array(var items) when !items.isEmpty() -> {
                for (int i = 0; i < items.size(); i++) {
                    leaves(path + "[" + i + "]", items.get(i), kind, changes);
                }
            }
            default ->
                    changes.add(
                            kind == Kind.REMOVE
                                    ? new PropertyChange(path, kind, value, Dynamic.NULL)
                                    : new PropertyChange(path, kind, Dynamic.NULL, value));
        }
    }

    /// A removal and an insertion of the very same path are one update.
    private static void merge(String path, List<PropertyChange> changes) {
        PropertyChange removed = null;
        PropertyChange inserted = null;
        for (var change : changes) {
            if (change.path().equals(path)) {
                if (change.kind() == Kind.REMOVE) {
                    removed = change;
                } else if (change.kind() == Kind.INSERT) {
                    inserted = change;
                }
            }
        }
        if (removed != null && inserted != null) {
            changes.remove(removed);
            changes.remove(inserted);
            changes.add(new PropertyChange(path, Kind.UPDATE, removed.before(), inserted.after()));
        }
    }

    private static String member(String path, String name) {
        if (!PLAIN_NAME.matcher(name).matches()) {
            return path + "['" + name.replace("'", "\\'") + "']";
        }
        return path.isEmpty() ? name : path + "." + name;
    }

    /// The text of a value as `resourcechanges` has it: a string as it is, else its JSON.
    static String text(Dynamic value) {
        return value instanceof Dynamic.Text(var text) ? text : Json.write(value);
    }

    @Override
    public String toString() {
        return kind.wireName().toLowerCase(Locale.ROOT) + " " + path;
    }
}
