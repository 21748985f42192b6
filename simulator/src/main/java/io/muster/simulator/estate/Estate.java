package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.core.value.SharedValues;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.ResolutionSettings;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// All resources of the simulated Azure, by id ignoring case. Writers hold the simulator's lock; readers need none.
public final class Estate implements KeptState {
    /// The place of a resource: a write changes what lies in it, and looks for the place by hash.
    private static final class Slot {
        private volatile StoredResource resource;

        Slot(StoredResource resource) {
            this.resource = resource;
        }
    }

    private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();

    /// The same places in the order of ids.
    private final ConcurrentSkipListMap<String, Slot> ordered = new ConcurrentSkipListMap<>();

    /// Places by the key of the resource that they are children of, where they are.
    private final Map<String, TreeMap<String, Slot>> children = new HashMap<>();

    /// Bodies are much alike.
    private final SharedValues values = new SharedValues();

    private final Map<String, String> lowerTypes = new HashMap<>();
    private long revisions;
    private long removals;

    private final Set<String> changed = new HashSet<>();
    private @Nullable Snapshot snapshot;
    private GalleryCatalog galleries = GalleryCatalog.EMPTY;
    private boolean galleriesChanged = true;
    private Consumer<ResourceId> removed = _ -> {};
    private InstantSource time = InstantSource.fixed(Instant.EPOCH);

    public Optional<StoredResource> find(ResourceId id) {
        return Optional.ofNullable(at(id.key()));
    }

    private @Nullable StoredResource at(String key) {
        var slot = slots.get(key);
        return slot == null ? null : slot.resource;
    }

    /// The key of an id: where its resource is here the one that it is kept by, so that whoever remembers something by it keeps no second one.
    public String key(ResourceId id) {
        var stored = at(id.key());
        return stored == null ? id.key() : stored.id().key();
    }

    public StoredResource put(Dynamic written) {
        var before = at(written.get("id").textOr("").toLowerCase(Locale.ROOT));
        var json = values.share(written, before == null ? Dynamic.NULL : before.json());
        String text = json.get("id").textOr("");
        // An id is taken apart once, not with every write.
        return put(
                before != null && before.id().text().equals(text)
                        ? before.id()
                        : ResourceId.parse(text),
                json);
    }

    private StoredResource put(ResourceId id, Dynamic json) {
        String type =
                lowerTypes.computeIfAbsent(
                        json.get("type").textOr(""), text -> text.toLowerCase(Locale.ROOT));
        var slot = slots.get(id.key());
        // As precise as a state keeps it.
        var now = time.instant().truncatedTo(ChronoUnit.MICROS);
        var stored =
                new StoredResource(
                        id,
                        type,
                        json,
                        ++revisions,
                        slot == null ? now : slot.resource.created(),
                        now);
        return place(stored, slot);
    }

    private StoredResource place(StoredResource stored, @Nullable Slot slot) {
        var id = stored.id();
        if (slot == null) {
            var place = new Slot(stored);
            slots.put(id.key(), place);
            ordered.put(id.key(), place);
            id.parent()
                    .ifPresent(parent ->
                            children.computeIfAbsent(key(parent), _ -> new TreeMap<>())
                                    .put(id.key(), place));
        } else {
            slot.resource = stored;
        }
        note(stored, true);
        return stored;
    }

    @Override
    public String kind() {
        return "resource";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        for (var stored : all()) {
            sink.accept(
                    Dynamic.bag()
                            .put("revision", stored.revision())
                            .put("json", stored.json())
                            .put("created", micros(stored.created()))
                            .put("changed", micros(stored.changed()))
                            .build());
        }
        sink.accept(Dynamic.bag().put("revisions", revisions).put("removals", removals).build());
    }

    @Override
    public void take(Dynamic kept) {
        if (kept.get("json").isNull()) {
            revisions = kept.get("revisions").longOr(0);
            removals = kept.get("removals").longOr(0);
            return;
        }
        revisions = kept.get("revision").longOr(0) - 1;
        var stored = put(kept.get("json"));
        place(
                new StoredResource(
                        stored.id(),
                        stored.type(),
                        stored.json(),
                        stored.revision(),
                        instant(kept.get("created"), stored.created()),
                        instant(kept.get("changed"), stored.changed())),
                slots.get(stored.id().key()));
    }

    /// Gives a resource another id: another one to whoever follows it, that came when it came.
    public void move(ResourceId from, ResourceId to) {
        var stored = at(from.key());
        if (stored == null) {
            return;
        }
        remove(from);
        var moved = put(stored.json().with("id", Dynamic.of(to.text())));
        place(
                new StoredResource(
                        moved.id(),
                        moved.type(),
                        moved.json(),
                        moved.revision(),
                        stored.created(),
                        moved.changed()),
                slots.get(to.key()));
    }

    /// Since the epoch. Numbers: a fork of many resources writes and reads as many times of them.
    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private static Instant instant(Dynamic micros, Instant otherwise) {
        return micros instanceof Dynamic.Whole(var count)
                ? Instant.EPOCH.plus(count, ChronoUnit.MICROS)
                : otherwise;
    }

    /// Replaces a resource by what a change makes of it; nothing when it is gone.
    public void update(ResourceId id, UnaryOperator<Dynamic> change) {
        find(id).ifPresent(stored -> put(change.apply(stored.json())));
    }

    /// Says by which time resources come and change.
    public void timedBy(InstantSource source) {
        time = source;
    }

    /// Says who is told of each resource that goes.
    public void removalsTo(Consumer<ResourceId> told) {
        removed = told;
    }

    public void remove(ResourceId id) {
        var gone = slots.remove(id.key());
        if (gone != null) {
            removals++;
            removed.accept(id);
            ordered.remove(id.key());
            id.parent()
                    .ifPresent(parent ->
                            children.computeIfPresent(
                                    parent.key(),
                                    (_, siblings) -> {
                                        siblings.remove(id.key());
                                        return siblings.isEmpty() ? null : siblings;
                                    }));
            note(gone.resource, false);
        }
    }

    private void note(StoredResource stored, boolean there) {
        boolean gallery = stored.type().startsWith(GALLERIES);
        if (gallery || KEPT_BY_TYPE.contains(stored.type())) {
            String kept = gallery ? GALLERIES : stored.type();
            if (gallery) {
                galleriesChanged = true;
            } else {
                keptRevision++;
            }
            var known = byType.computeIfAbsent(kept, _ -> new TreeMap<>());
            if (there) {
                known.put(stored.id().key(), stored);
            } else {
                known.remove(stored.id().key());
            }
            lists.remove(kept);
        }
        changed.add(stored.id().key());
    }

    /// What lies below an id (itself excluded), in the order of ids.
    public Collection<StoredResource> below(ResourceId id) {
        String from = id.key() + "/";
        // '0' follows '/' in ASCII.
        return new Resources(ordered.subMap(from, id.key() + "0").values());
    }

    /// The children of a resource, not theirs, in the order of ids: `{vm}/extensions/...` of a machine. Not those of a container.
    public Collection<StoredResource> children(ResourceId id) {
        var known = children.get(id.key());
        return known == null ? List.of() : new Resources(known.values());
    }

    /// In the order of ids.
    public Collection<StoredResource> all() {
        return new Resources(ordered.values());
    }

    /// What lies in places, as it is while one looks.
    private static final class Resources extends AbstractCollection<StoredResource> {
        private final Collection<Slot> slots;

        Resources(Collection<Slot> slots) {
            this.slots = slots;
        }

        @Override
        public Iterator<StoredResource> iterator() {
            var each = slots.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return each.hasNext();
                }

                @Override
                public StoredResource next() {
                    return each.next().resource;
                }
            };
        }

        @Override
        public int size() {
            return slots.size();
        }
    }

    /// The resources of a type (lower case) directly or deeper below an id.
    public List<StoredResource> below(ResourceId id, String type) {
        return below(id).stream().filter(r -> r.type().equals(type)).toList();
    }

    /// Locks and the like are asked for with every write: kept by type.
    private static final Set<String> KEPT_BY_TYPE =
            Set.of(
                    "microsoft.authorization/locks",
                    "microsoft.authorization/roleassignments",
                    "microsoft.authorization/roledefinitions",
                    "microsoft.authorization/denyassignments",
                    "microsoft.authorization/policydefinitions",
                    "microsoft.authorization/policysetdefinitions",
                    "microsoft.authorization/policyassignments",
                    "microsoft.authorization/policyexemptions",
                    "microsoft.management/managementgroups",
                    "microsoft.storage/storageaccounts");

    private static final String SUBSCRIPTIONS = "/subscriptions/";
    private static final String GALLERIES = "microsoft.compute/galleries";

    private long keptRevision;
    private final Map<String, Map<String, StoredResource>> byType = new HashMap<>();

    /// Those of `byType` that were asked for since they changed.
    private final Map<String, List<StoredResource>> lists = new HashMap<>();

    /// The resources of a type that is kept by type (lower case).
    public List<StoredResource> ofType(String type) {
        if (!KEPT_BY_TYPE.contains(type)) {
            throw new IllegalArgumentException("'" + type + "' is not kept by type");
        }
        return kept(type);
    }

    private List<StoredResource> kept(String type) {
        return lists.computeIfAbsent(
                type, _ -> List.copyOf(byType.getOrDefault(type, Map.of()).values()));
    }

    /// Counts up with every change of a resource that is kept by type.
    public long keptRevision() {
        return keptRevision;
    }

    public int size() {
        return slots.size();
    }

    /// Counts up with every resource that goes: what comes in the place of one is another one.
    public long removals() {
        return removals;
    }

    /// Every gallery and all that is in galleries, in the order of ids.
    public List<StoredResource> inGalleries() {
        return kept(GALLERIES);
    }

    /// The galleries as they stand.
    public GalleryCatalog galleries() {
        if (galleriesChanged) {
            galleries =
                    GalleryCatalog.of(kept(GALLERIES).stream().map(StoredResource::json).toList());
            galleriesChanged = false;
        }
        return galleries;
    }

    private @Nullable LatestResolver resolver;

    /// Resolves `latest` against the galleries as they stand; what it found out is kept until they change.
    ///
    /// @param now matters only where the end of a version's life does
    public LatestResolver resolver(ResolutionSettings settings, Instant now) {
        var catalog = galleries();
        var known = resolver;
        if (known == null || known.catalog() != catalog || settings.endOfLifeBlocks()) {
            known = new LatestResolver(catalog, settings, now);
            resolver = known;
        }
        return known;
    }

    /// What Resource Graph sees: every resource in the form that Azure indexes. Costs what changed since the last call.
    ///
    /// @param indexed makes the indexed form of a resource
    public Snapshot snapshot(Instant now, UnaryOperator<Dynamic> indexed) {
        var known = snapshot;
        if (known == null) {
            var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
            all().forEach(r -> builder.add(indexed.apply(r.json())));
            known = builder.build(now, Dynamic.EMPTY_BAG);
        } else if (!changed.isEmpty()) {
            var upserts = new ArrayList<Dynamic>();
            var deleted = new HashSet<String>();
            for (String key : changed) {
                var stored = at(key);
                if (stored == null) {
                    deleted.add(key);
                } else {
                    upserts.add(indexed.apply(stored.json()));
                }
            }
            known = known.with(upserts, deleted, now);
            if (known.segments().size() > 400) {
                known = known.compacted();
            }
        }
        changed.clear();
        snapshot = known;
        return known;
    }

    /// The subscription resources.
    public List<StoredResource> subscriptions() {
        return all().stream()
                .filter(r -> r.type().equals("microsoft.resources/subscriptions"))
                .toList();
    }

    /// Whether the subscription and, if the id names one, the resource group exist.
    public boolean hasContainer(ResourceId id) {
        var group = id.resourceGroup();
        var subscription = id.subscriptionId();
        if (subscription.isEmpty()) {
            return true;
        }
        return slots.containsKey(
                group.isEmpty()
                        ? SUBSCRIPTIONS + subscription.get().toLowerCase(Locale.ROOT)
                        : groupKey(id.key()));
    }

    /// The resource group that an id lies in, or names; empty when it names none or that is not there.
    public Optional<StoredResource> group(ResourceId id) {
        return id.resourceGroup().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(at(groupKey(id.key())));
    }

    /// `/subscriptions/{id}/resourcegroups/{name}` of the key of what lies in it.
    private static String groupKey(String key) {
        int end = SUBSCRIPTIONS.length();
        for (int slash = 0; slash < 3; slash++) {
            end = key.indexOf('/', end) + 1;
            if (end == 0) {
                return key;
            }
        }
        return key.substring(0, end - 1);
    }
}
