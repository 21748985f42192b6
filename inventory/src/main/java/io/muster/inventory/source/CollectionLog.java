package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// What a snapshot says of the readings it came from, kept in its metadata: one entry a source, scope and table.
///
/// An entry has the members of [ScopeReport], and `lastCompleteAt`: when that scope was last read completely (null when never).
public final class CollectionLog {
    private static final String MEMBER = "collections";

    private CollectionLog() {}

    public static List<Dynamic> of(Snapshot snapshot) {
        return snapshot.metadata().get(MEMBER).items();
    }

    /// Whether everything in a snapshot is of complete readings.
    public static boolean isComplete(Snapshot snapshot) {
        return of(snapshot).stream()
                .allMatch(entry ->
                        entry.get("completeness")
                                .textOr("")
                                .equals(Completeness.COMPLETE.wireName()));
    }

    /// The metadata of a snapshot that a collection made.
    static Dynamic metadata(Snapshot previous, CollectionReport report) {
        var lastComplete = new HashMap<String, Dynamic>();
        for (var entry : of(previous)) {
            lastComplete.put(key(entry), entry.get("lastCompleteAt"));
        }
        var entries = new ArrayList<Dynamic>();
        for (var scope : report.scopes()) {
            var entry = scope.toDynamic();
            entries.add(
                    entry.with(
                            "lastCompleteAt",
                            scope.isComplete()
                                    ? entry.get("startedAt")
                                    : lastComplete.getOrDefault(key(entry), Dynamic.NULL)));
        }
        return previous.metadata().with(MEMBER, Dynamic.array(entries));
    }

    /// A snapshot that says what its store lost; the next collection's reports take the place of that.
    public static Snapshot withDamage(
            Snapshot kept, DamagedSegmentException damage, Instant found) {
        var entries = new ArrayList<>(of(kept));
        entries.add(
                new ScopeReport(
                                ResourceHistory.LOSSES,
                                "/",
                                damage.type(),
                                Completeness.PARTIAL,
                                0,
                                null,
                                found,
                                found,
                                String.valueOf(damage.getMessage()))
                        .toDynamic()
                        .with("lastCompleteAt", Dynamic.NULL));
        return kept.withMetadata(kept.metadata().with(MEMBER, Dynamic.array(entries)));
    }

    private static String key(Dynamic entry) {
        return entry.get("source").textOr("")
                + '\n'
                + entry.get("scope").textOr("")
                + '\n'
                + entry.get("table").textOr("");
    }
}
