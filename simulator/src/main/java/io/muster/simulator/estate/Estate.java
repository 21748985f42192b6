package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.inventory.vm.GalleryCatalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// All resources of the simulated Azure, by id ignoring case. Writers hold the simulator's lock; readers need none.
public final class Estate {
    private final ConcurrentSkipListMap<String, StoredResource> resources =
            new ConcurrentSkipListMap<>();
    private long revisions;

    private final Set<String> changed = new HashSet<>();
    private @Nullable Snapshot snapshot;
    private GalleryCatalog galleries = GalleryCatalog.EMPTY;
    private boolean galleriesChanged = true;

    public Optional<StoredResource> find(ResourceId id) {
        return Optional.ofNullable(resources.get(id.key()));
    }

    public StoredResource put(Dynamic json) {
        var id = ResourceId.parse(json.get("id").textOr(""));
        var stored = new StoredResource(id, json, ++revisions);
        resources.put(id.key(), stored);
        note(stored);
        return stored;
    }

    /// Replaces a resource by what a change makes of it; nothing when it is gone.
    public void update(ResourceId id, UnaryOperator<Dynamic> change) {
        find(id).ifPresent(stored -> put(change.apply(stored.json())));
    }

    public void remove(ResourceId id) {
        var gone = resources.remove(id.key());
        if (gone != null) {
            note(gone);
        }
    }

    private void note(StoredResource stored) {
        if (KEPT_BY_TYPE.contains(stored.type())) {
            keptRevision++;
            var known = byType.computeIfAbsent(stored.type(), _ -> new TreeMap<>());
            if (resources.containsKey(stored.id().key())) {
                known.put(stored.id().key(), stored);
            } else {
                known.remove(stored.id().key());
            }
        }
        changed.add(stored.id().key());
        if (stored.type().startsWith("microsoft.compute/galleries")) {
            galleriesChanged = true;
        }
    }

    /// What lies below an id (itself excluded), in the order of ids.
    public Collection<StoredResource> below(ResourceId id) {
        String from = id.key() + "/";
        // '0' follows '/' in ASCII.
        return resources.subMap(from, id.key() + "0").values();
    }

    public Collection<StoredResource> all() {
        return resources.values();
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
                    "microsoft.storage/storageaccounts");

    private long keptRevision;
    private final Map<String, Map<String, StoredResource>> byType = new HashMap<>();

    /// The resources of a type that is kept by type (lower case).
    public List<StoredResource> ofType(String type) {
        if (!KEPT_BY_TYPE.contains(type)) {
            throw new IllegalArgumentException("'" + type + "' is not kept by type");
        }
        return List.copyOf(byType.getOrDefault(type, Map.of()).values());
    }

    /// Counts up with every change of a resource that is kept by type.
    public long keptRevision() {
        return keptRevision;
    }

    public int size() {
        return resources.size();
    }

    /// The galleries as they stand.
    public GalleryCatalog galleries() {
        if (galleriesChanged) {
            galleries =
                    GalleryCatalog.of(
                            resources.values().stream()
                                    .filter(r -> r.type().startsWith("microsoft.compute/galleries"))
                                    .map(StoredResource::json)
                                    .toList());
            galleriesChanged = false;
        }
        return galleries;
    }

    /// What Resource Graph sees: every resource in the form that Azure indexes. Costs what changed since the last call.
    ///
    /// @param indexed makes the indexed form of a resource
    public Snapshot snapshot(Instant now, UnaryOperator<Dynamic> indexed) {
        var known = snapshot;
        if (known == null) {
            var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
            resources.values().forEach(r -> builder.add(indexed.apply(r.json())));
            known = builder.build(now, Dynamic.EMPTY_BAG);
        } else if (!changed.isEmpty()) {
            var upserts = new ArrayList<Dynamic>();
            var deleted = new HashSet<String>();
            for (String key : changed) {
                var stored = resources.get(key);
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
        return resources.values().stream()
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
        String key = "/subscriptions/" + subscription.get().toLowerCase(Locale.ROOT);
        return resources.containsKey(
                group.isEmpty()
                        ? key
                        : key + "/resourcegroups/" + group.get().toLowerCase(Locale.ROOT));
    }
}
