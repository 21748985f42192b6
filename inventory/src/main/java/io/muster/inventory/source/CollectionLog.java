package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What a snapshot says of the readings it came from, kept in its metadata: one entry a source, scope and table.
///
/// An entry has the members of [ScopeReport], and `lastCompleteAt`: when that scope was last read completely (null when never).
public final class CollectionLog {
    private static final String MEMBER = "collections";

    /// Marks an entry of one resource that is known to have changed and could not be read again; the next collection's reports take its place.
    private static final String SINGLE = "single";

    private static final String SUBSCRIPTIONS = "/subscriptions/";
    private static final int MOST_SINGLE = 100;
    private static final Optional<ResourceId> NONE = Optional.empty();

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

    /// The subscriptions that a source told of, but those that it said are gone.
    static Set<String> subscriptions(Snapshot snapshot, String source) {
        var ids = new TreeSet<String>();
        for (var entry : of(snapshot)) {
            String scope = entry.get("scope").textOr("");
            boolean gone =
                    entry.get("table").textOr("").equals(ScopeReport.ALL)
                            && entry.get("completeness")
                                    .textOr("")
                                    .equals(Completeness.COMPLETE.wireName());
            if (!gone
                    && entry.get("source").textOr("").equals(source)
                    && scope.startsWith(SUBSCRIPTIONS)
                    && scope.indexOf('/', SUBSCRIPTIONS.length()) < 0) {
                ids.add(scope.substring(SUBSCRIPTIONS.length()));
            }
        }
        return ids;
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
        // Of a source that told nothing what it told before stands, so that the next reading finds
        // which subscriptions there were.
        var silent = new HashSet<String>();
        var told = new HashSet<String>();
        for (var scope : report.scopes()) {
            told.add(key(scope.toDynamic()));
            if (scope.completeness() == Completeness.FAILED
                    && scope.scope().equals("/")
                    && scope.table().equals(ScopeReport.ALL)) {
                silent.add(scope.source());
            }
        }
        of(previous).stream()
                .filter(entry ->
                        silent.contains(entry.get("source").textOr(""))
                                && !told.contains(key(entry)))
                .forEach(entries::add);
        if (!report.isComplete()) {
            // What the store lost may be among what was not read: when it is, it was not created.
            of(previous).stream()
                    .filter(entry -> entry.get("source").textOr("").equals(ResourceHistory.LOSSES))
                    .forEach(entries::add);
        }
        return previous.metadata().with(MEMBER, Dynamic.array(entries));
    }

    /// A snapshot that says what its store lost; the reports of the next complete collection take the place of that.
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

    /// The metadata of a snapshot in which single resources were read again: what of them could not be read is named, and what was named before and was
    /// read now is not any more.
    static Dynamic afterRefresh(
            Snapshot previous,
            String source,
            Set<ResourceId> asked,
            Set<ResourceId> unread,
            List<SourceFault> faults,
            Instant started) {
        var entries = new ArrayList<Dynamic>();
        int named = 0;
        for (var entry : of(previous)) {
            boolean one = entry.get(SINGLE).boolOr(false);
            var id = one ? ResourceId.tryParse(entry.get("scope").textOr("")) : NONE;
            if (id.isEmpty() || !asked.contains(id.get())) {
                entries.add(entry);
                named += one ? 1 : 0;
            }
        }
        if (unread.isEmpty() && entries.size() == of(previous).size()) {
            return previous.metadata();
        }
        var why = new HashMap<String, String>();
        faults.forEach(fault -> why.putIfAbsent(fault.place(), fault.message()));
        String otherwise = faults.isEmpty() ? "it was not read" : faults.getFirst().message();
        for (var id : unread.stream().sorted().toList()) {
            // All of more would only make every answer's header longer; one stands for them.
            if (named++ >= MOST_SINGLE) {
                break;
            }
            entries.add(
                    new ScopeReport(
                                    source,
                                    id.text(),
                                    id.type().lower(),
                                    Completeness.FAILED,
                                    0,
                                    null,
                                    started,
                                    started,
                                    why.getOrDefault(id.text(), otherwise))
                            .toDynamic()
                            .with("lastCompleteAt", Dynamic.NULL)
                            .with(SINGLE, Dynamic.TRUE));
        }
        return previous.metadata().with(MEMBER, Dynamic.array(entries));
    }

    private static String key(Dynamic entry) {
        return entry.get("source").textOr("")
                + '\n'
                + entry.get("scope").textOr("")
                + '\n'
                + entry.get("table").textOr("");
    }
}
