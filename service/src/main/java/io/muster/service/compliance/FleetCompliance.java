package io.muster.service.compliance;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.fault.Faults;
import io.muster.policy.incremental.FleetState;
import io.muster.policy.incremental.Reevaluation;
import io.muster.policy.incremental.VerdictHistory;
import io.muster.service.config.HistorySettings;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.store.KeptPolicyObjects;
import io.muster.service.store.PolicyObject;
import io.muster.service.store.PolicyObjectHistory;
import io.muster.service.store.PolicyObjects;
import io.muster.service.store.VerdictHistoryStore;
import io.muster.service.store.VerdictStore;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The policy objects in force and what they say of the fleet: the engine compiled from the kept objects, and the verdicts of the latest scan.
/// Readers take [#current] once; scans and changes come one at a time. Safe for many threads.
@Singleton
public final class FleetCompliance implements PolicyStates {
    private static final Logger LOG = LoggerFactory.getLogger(FleetCompliance.class);

    private final Fleet fleet;
    private final PolicyObjects objects;
    private final VerdictStore store;
    private final VerdictHistoryStore history;
    private final PolicyObjectHistory objectHistory;
    private final BygonePolicies bygone;
    private final FleetHistory states;
    private final HistorySettings settings;
    private final InstantSource clock;
    private final FieldResolver fields = AliasCatalog.conventional();
    private volatile Current current;

    private volatile @Nullable Turns turns;

    /// The scan that the next one builds on; null until the first since the start. Guarded by this.
    private @Nullable FleetState judged;

    /// One consistent state.
    ///
    /// @param snapshot the one that was judged
    /// @param scannedAt [Instant#EPOCH] when no scan was yet
    public record Current(
            PolicyEngine engine, Snapshot snapshot, Verdicts verdicts, Instant scannedAt) {
        public boolean isScanned() {
            return scannedAt.isAfter(Instant.EPOCH);
        }
    }

    /// Begins with the kept objects and the verdicts kept last.
    ///
    /// @throws IOException when the store cannot be read
    public FleetCompliance(
            Fleet fleet,
            PolicyObjects objects,
            VerdictStore store,
            VerdictHistoryStore history,
            PolicyObjectHistory objectHistory,
            BygonePolicies bygone,
            FleetHistory states,
            HistorySettings settings,
            InstantSource clock)
            throws IOException {
        this.fleet = fleet;
        this.objects = objects;
        this.store = store;
        this.history = history;
        this.objectHistory = objectHistory;
        this.bygone = bygone;
        this.states = states;
        this.settings = settings;
        this.clock = clock;
        var kept = store.latest();
        var snapshot = fleet.snapshot();
        this.current =
                new Current(
                        engine(objects, snapshot, fields, clock),
                        snapshot,
                        kept.map(VerdictStore.Kept::verdicts)
                                .orElseGet(() -> new Verdicts(0, Map.of())),
                        kept.map(VerdictStore.Kept::scannedAt).orElse(Instant.EPOCH));
    }

    @Override
    public Current current() {
        return current;
    }

    public FieldResolver fields() {
        return fields;
    }

    /// Brings the verdicts up to the current snapshot and all objects in force, and keeps them with what turned. The first scan since the start judges everything,
    /// later ones what something touched.
    ///
    /// @throws IOException when the verdicts could not be kept; the earlier ones stay current then
    public synchronized Current scan() throws IOException {
        var snapshot = fleet.snapshot();
        var engine = current.engine().with(new SnapshotHierarchy(snapshot));
        var again =
                judged == null
                        ? Reevaluation.scanned(current.verdicts(), engine, snapshot)
                        : Reevaluation.of(judged, engine, snapshot);
        var verdicts = again.state().verdicts();
        var now = again.state().at();
        store.keep(
                verdicts,
                now,
                // With the first scan of all, history begins: nothing has turned yet.
                current.isScanned() ? again.changes() : List.of(),
                key -> engine.policy(key).map(policy -> policy.definition().id()).orElse(""),
                now.minus(settings.keep()));
        judged = again.state();
        current = new Current(engine, snapshot, verdicts, now);
        return current;
    }

    /// What turned in an interval, newest first.
    ///
    /// @throws IOException when the store cannot be read
    public List<VerdictHistory.Step> history(Instant from, Instant to) throws IOException {
        return history.between(from, to);
    }

    /// What turned until a time under one definition in force, newest first.
    ///
    /// @throws IOException when the store cannot be read
    public List<VerdictHistory.Step> history(PolicyKey key, Instant until) throws IOException {
        return history.between(key, Instant.EPOCH, until);
    }

    /// When the earliest turn that is kept was; empty when none is.
    ///
    /// @throws IOException when the store cannot be read
    public Optional<Instant> historyBegins() throws IOException {
        return history.begins();
    }

    /// Since when and why each record is what it is, as far as the kept history tells; read once a scan.
    ///
    /// @throws IOException when the store cannot be read
    @Override
    public VerdictHistory.LastTurns lastTurns() throws IOException {
        var at = current.scannedAt();
        var known = turns;
        if (known == null || !known.at().equals(at)) {
            known = new Turns(at, new VerdictHistory.LastTurns(history(Instant.EPOCH, at)));
            turns = known;
        }
        return known.last();
    }

    /// @param at of the scan that it was read after
    private record Turns(Instant at, VerdictHistory.LastTurns last) {}

    /// The verdicts as they were at a time, with the definitions in force and the fleet as they were then; the current ones when nothing turned since. Where the fleet of
    /// then is not kept any more, that of now. They are of the scan before that time, as far as it is known when that was; before the first of all there are none.
    ///
    /// @throws IOException when the store cannot be read
    public Current asOf(Instant at) throws IOException {
        var now = current;
        if (!at.isBefore(now.scannedAt())) {
            return judgedLast(now, at);
        }
        var later =
                history.between(at, now.scannedAt()).stream()
                        .filter(step -> step.at().isAfter(at))
                        .flatMap(step -> step.changes().stream())
                        .toList();
        var judged = judgedAt(at);
        var then =
                judged.isPresent()
                        ? judged.get()
                        : new Current(
                                engineAt(at, now.snapshot()), now.snapshot(), now.verdicts(), at);
        var scannedAt = history.scanned(at).orElse(at);
        var verdicts =
                scannedAt.equals(Instant.EPOCH)
                        ? new Verdicts(then.snapshot().version(), Map.of())
                        : VerdictHistory.before(now.verdicts(), later, then.snapshot().version());
        return new Current(then.engine(), then.snapshot(), verdicts, scannedAt);
    }

    /// What reasons of a verdict of that time are computed from: the fleet, the management groups and the definitions in force as they were. Empty when the fleet of
    /// then is not kept any more.
    ///
    /// @throws IOException when the store cannot be read
    public Optional<Current> judgedAt(Instant at) throws IOException {
        var now = current;
        if (!at.isBefore(now.scannedAt())) {
            return Optional.of(judgedLast(now, at));
        }
        Snapshot then;
        try {
            then = states.asOf(at);
        } catch (FleetHistory.UnknownInstantException forgotten) {
            return Optional.empty();
        }
        return Optional.of(new Current(engineAt(at, then), then, now.verdicts(), at));
    }

    /// The latest scan with the definitions in force at a time after it: they may have changed since.
    private Current judgedLast(Current now, Instant at) throws IOException {
        return new Current(
                engineAt(at, now.snapshot()), now.snapshot(), now.verdicts(), now.scannedAt());
    }

    /// The definitions in force at a time, over the management groups of a snapshot.
    private PolicyEngine engineAt(Instant at, Snapshot snapshot) throws IOException {
        // Read first: what is put in between is newer than what the history is asked about.
        var engine = current.engine();
        var then = bygone.at(at);
        return then.isPresent()
                ? then.get().engine(snapshot)
                : engine.with(new SnapshotHierarchy(snapshot));
    }

    /// What kind of policy object an id names.
    public enum Kind {
        DEFINITION("policydefinitions"),
        SET_DEFINITION("policysetdefinitions"),
        ASSIGNMENT("policyassignments"),
        EXEMPTION("policyexemptions"),
        ATTESTATION("attestations");

        private final String stored;

        Kind(String stored) {
            this.stored = stored;
        }

        public String stored() {
            return stored;
        }

        /// Whether an id may have several versions at once.
        public boolean isVersioned() {
            return this == DEFINITION || this == SET_DEFINITION;
        }

        /// What kind of object an id names.
        static Optional<Kind> of(String id) {
            String[] segments = DefinitionVersions.definitionOf(id).split("/", -1);
            return segments.length < 2
                    ? Optional.empty()
                    : Arrays.stream(values())
                            .filter(kind ->
                                    kind.stored.equalsIgnoreCase(segments[segments.length - 2]))
                            .findFirst();
        }
    }

    /// Adds or replaces an object when it can be read and fits the others. A definition or initiative of a higher version than the one before leaves that one as an
    /// earlier version; with an id `{definition}/versions/{version}` any version is put ([DefinitionVersions]).
    ///
    /// @param document the object with its `id`
    /// @return what is wrong with it; empty when it was kept
    public synchronized List<Diagnostic> put(Kind kind, Dynamic document) {
        var faults = read(kind, document, current.engine().catalog(), fields).faults();
        if (!faults.isEmpty()) {
            return faults;
        }
        List<Dynamic> documents = List.of(document);
        if (kind.isVersioned()) {
            var versions =
                    DefinitionVersions.put(
                            document, find(DefinitionVersions.definitionOf(document)));
            if (!versions.faults().isEmpty()) {
                return versions.faults();
            }
            documents = versions.documents();
        }
        var catalog = current.engine().catalog();
        if (kind.isVersioned()) {
            catalog = catalog.without(DefinitionVersions.definitionOf(document));
            var replaced = documents.stream().map(FleetCompliance::keyOf).toList();
            for (var other : versions(kind, document)) {
                if (!replaced.contains(keyOf(other))) {
                    catalog = read(kind, other, catalog, fields).catalog().orElse(catalog);
                }
            }
        }
        for (var written : documents) {
            catalog = read(kind, written, catalog, fields).catalog().orElse(catalog);
        }
        var engine = PolicyEngine.of(catalog, fields, clock);
        faults =
                kind == Kind.ASSIGNMENT
                        ? engine.diagnostics().stream()
                                .filter(d -> d.severity() == Severity.ERROR)
                                .filter(d ->
                                        d.source().name().equals(document.get("name").textOr("")))
                                .toList()
                        : List.<Diagnostic>of();
        if (!faults.isEmpty()) {
            return faults;
        }
        documents.forEach(written -> write(kind, written));
        current = new Current(engine, current.snapshot(), current.verdicts(), current.scannedAt());
        return List.of();
    }

    private static String keyOf(Dynamic document) {
        return document.get("id").textOr("").toLowerCase(Locale.ROOT);
    }

    private void write(Kind kind, Dynamic document) {
        var now = clock.instant();
        var kept =
                new PolicyObject(
                        keyOf(document),
                        kind.stored(),
                        Json.write(document),
                        OffsetDateTime.ofInstant(now, ZoneOffset.UTC));
        if (keepBefore(kept.id(), now)) {
            objects.update(kept);
        } else {
            objects.save(kept);
        }
    }

    /// False when there was none. A definition goes with all its versions; where its latest goes, the one before it takes its place.
    public synchronized boolean delete(String id) {
        var kind = Kind.of(id);
        if (kind.isEmpty() || !kind.get().isVersioned()) {
            return deleteRow(id) && without(current.engine().catalog().without(id));
        }
        String definition = DefinitionVersions.definitionOf(id);
        var kept = versions(kind.get(), Dynamic.bag().put("id", definition).build());
        boolean found;
        if (!DefinitionVersions.isVersion(id)) {
            kept.stream().skip(1).forEach(version -> deleteRow(version.get("id").textOr("")));
            found = deleteRow(definition);
        } else if (kept.size() > 1 && DefinitionVersions.isOf(kept.getFirst(), id)) {
            write(kind.get(), DefinitionVersions.asDefinition(kept.get(1)));
            found = deleteRow(kept.get(1).get("id").textOr(""));
        } else {
            found = deleteRow(id);
        }
        var catalog = current.engine().catalog().without(definition);
        for (var left : versions(kind.get(), Dynamic.bag().put("id", definition).build())) {
            catalog = read(kind.get(), left, catalog, fields).catalog().orElse(catalog);
        }
        return found && without(catalog);
    }

    private boolean without(PolicyCatalog catalog) {
        current =
                new Current(
                        PolicyEngine.of(catalog, fields, clock),
                        current.snapshot(),
                        current.verdicts(),
                        current.scannedAt());
        return true;
    }

    private boolean deleteRow(String id) {
        String key = id.toLowerCase(Locale.ROOT);
        if (!keepBefore(key, clock.instant())) {
            return false;
        }
        objects.deleteById(key);
        return true;
    }

    /// The versions of a definition, the latest first: that one is the definition itself. Empty when there is no such definition.
    ///
    /// @param document the definition, or one of its versions: its id counts alone
    public List<Dynamic> versions(Kind kind, Dynamic document) {
        String definition = DefinitionVersions.definitionOf(document).toLowerCase(Locale.ROOT);
        String below = definition + DefinitionVersions.BELOW;
        return Stream.concat(
                        objects.findById(definition).stream(),
                        objects.findByIdStartsWith(below).stream()
                                .filter(kept -> kept.id().startsWith(below)))
                .filter(kept -> kept.kind().equals(kind.stored()))
                .map(FleetCompliance::document)
                .sorted(DefinitionVersions.LATEST_FIRST)
                .toList();
    }

    /// The versions of each definition or initiative as [#versions] has them, by the definition's id in lower case.
    public Map<String, List<Dynamic>> everyVersion(Kind kind) {
        var found =
                objects.findByKindOrderById(kind.stored()).stream()
                        .collect(
                                Collectors.groupingBy(
                                        kept -> DefinitionVersions.definitionOf(kept.id()),
                                        LinkedHashMap::new,
                                        Collectors.mapping(
                                                FleetCompliance::document, Collectors.toList())));
        found.values().forEach(versions -> versions.sort(DefinitionVersions.LATEST_FIRST));
        return found;
    }

    /// Keeps an object as it is now, before it is changed; false when there is none.
    private boolean keepBefore(String key, Instant now) {
        var before = objects.findById(key);
        if (before.isEmpty()) {
            return false;
        }
        try {
            objectHistory.keep(before.get(), now);
            return true;
        } catch (IOException unwritable) {
            throw new UncheckedIOException(
                    "the policy object cannot be kept as it was", unwritable);
        }
    }

    /// The object of that id as it was put.
    public Optional<Dynamic> find(String id) {
        return objects.findById(id.toLowerCase(Locale.ROOT)).map(FleetCompliance::document);
    }

    /// All kept objects of a kind, by id; of definitions and initiatives the latest version.
    @Override
    public List<Dynamic> all(Kind kind) {
        return all(objects, kind);
    }

    static List<Dynamic> all(KeptPolicyObjects objects, Kind kind) {
        return objects.findByKindOrderById(kind.stored()).stream()
                .filter(kept -> !kind.isVersioned() || !DefinitionVersions.isVersion(kept.id()))
                .map(FleetCompliance::document)
                .toList();
    }

    private static Dynamic document(PolicyObject kept) {
        try {
            return Json.parse(kept.body());
        } catch (JsonException damaged) {
            throw new IllegalStateException(
                    "the kept policy object " + kept.id() + " is no JSON", damaged);
        }
    }

    /// The engine of the kept objects over the management groups of that snapshot.
    static PolicyEngine engine(
            KeptPolicyObjects objects,
            Snapshot snapshot,
            FieldResolver fields,
            InstantSource clock) {
        var catalog = PolicyCatalog.empty().with(new SnapshotHierarchy(snapshot));
        for (var kind : Kind.values()) {
            for (var kept : objects.findByKindOrderById(kind.stored())) {
                var read = read(kind, document(kept), catalog, fields);
                // It was readable when it was put; should a newer version refuse it, the others
                // still hold and the log says so.
                read.faults().forEach(fault -> LOG.warn("{}: {}", kept.id(), fault.message()));
                catalog = read.catalog().orElse(catalog);
            }
        }
        return PolicyEngine.of(catalog, fields, clock);
    }

    private record Read(Optional<PolicyCatalog> catalog, List<Diagnostic> faults) {}

    private static Read read(Kind kind, Dynamic kept, PolicyCatalog onto, FieldResolver fields) {
        // When it was written says nothing of what it is: an object put again as it was is the
        // same.
        var plain = kept.without("systemData");
        var document = kind.isVersioned() ? DefinitionVersions.asDefinition(plain) : plain;
        String name = document.get("name").textOr("");
        return switch (kind) {
            case DEFINITION -> {
                var result = new PolicyDefinitionReader(fields).read(name, document);
                yield new Read(
                        Optional.ofNullable(result.definition()).map(onto::with),
                        errors(result.diagnostics()));
            }
            case SET_DEFINITION -> {
                var result = PolicySetReader.read(name, document);
                yield new Read(
                        Optional.ofNullable(result.definition()).map(onto::with),
                        errors(result.diagnostics()));
            }
            case ASSIGNMENT -> {
                var faults = Faults.in(name, document);
                yield new Read(
                        PolicyObjectReader.assignment(document, faults).map(onto::with),
                        faults.errors());
            }
            case EXEMPTION -> {
                var faults = Faults.in(name, document);
                yield new Read(
                        PolicyObjectReader.exemption(document, faults).map(onto::with),
                        faults.errors());
            }
            case ATTESTATION -> {
                var faults = Faults.in(name, document);
                yield new Read(
                        PolicyObjectReader.attestation(document, faults).map(onto::with),
                        faults.errors());
            }
        };
    }

    private static List<Diagnostic> errors(List<Diagnostic> all) {
        return all.stream().filter(d -> d.severity() == Severity.ERROR).toList();
    }

    /// The definitions in force whose verdicts are about a scope: those assigned to it, above it or below it.
    public List<PolicyKey> keys() {
        return current.engine().policies().stream().map(policy -> policy.key()).toList();
    }
}
