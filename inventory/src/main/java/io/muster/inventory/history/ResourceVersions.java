package io.muster.inventory.history;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Some resources as they were, by the versions of the snapshots they were in. Immutable once made.
public final class ResourceVersions {
    private final Snapshot now;

    /// What steps changed or created of each resource, by the version before the step: the content before it, empty where there was none.
    private final Map<ResourceId, TreeMap<Long, Optional<Dynamic>>> before = new HashMap<>();

    private ResourceVersions(Snapshot now) {
        this.now = now;
    }

    /// @param steps all from some version on, earliest first
    public static ResourceVersions of(
            Snapshot now, List<HistoryEntry> steps, Set<ResourceId> resources) {
        var versions = new ResourceVersions(now);
        for (var step : steps) {
            for (String created : step.created()) {
                versions.add(created, resources, step.version(), Optional.empty());
            }
            for (var segment : step.previous()) {
                for (int row = 0; row < segment.size(); row++) {
                    String id = segment.resourceId(row);
                    int at = row;
                    versions.add(
                            id, resources, step.version(), () -> Optional.of(segment.resource(at)));
                }
            }
        }
        return versions;
    }

    private interface Content {
        Optional<Dynamic> get();
    }

    private void add(
            String id, Set<ResourceId> resources, long version, Optional<Dynamic> content) {
        add(id, resources, version, () -> content);
    }

    private void add(String id, Set<ResourceId> resources, long version, Content content) {
        ResourceId.tryParse(id)
                .filter(resources::contains)
                .ifPresent(known ->
                        before.computeIfAbsent(known, _ -> new TreeMap<>())
                                .put(version, content.get()));
    }

    /// The content in the snapshot of a version; empty when it was not there.
    public Optional<Dynamic> at(ResourceId id, long version) {
        var later = before.getOrDefault(id, new TreeMap<>()).ceilingEntry(version);
        return later == null ? now.resource(id.text()) : later.getValue();
    }
}
