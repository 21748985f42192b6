package io.muster.service.fleet;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.Attribution;
import io.muster.inventory.history.Attributor;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.Completeness;
import io.muster.inventory.source.RefreshReport;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.ScopeReport;
import io.muster.inventory.source.SourceFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/// An estate in memory that tests change between readings; its clock goes a minute ahead with each of them.
public final class MemorySource implements ResourceSource {
    private final Map<String, Dynamic> resources =
            new ConcurrentSkipListMap<>(String.CASE_INSENSITIVE_ORDER);
    private volatile Instant now = Instant.parse("2026-11-21T08:00:00Z");
    private volatile String torn = "";
    private volatile String refused = "";
    private volatile Set<String> refusedNames = Set.of();

    public static String idOf(String name) {
        return "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/"
                + name;
    }

    public void put(String name, String size) {
        resources.put(
                idOf(name),
                Dynamic.bag()
                        .put("id", idOf(name))
                        .put("name", name)
                        .put("type", "Microsoft.Compute/virtualMachines")
                        .put("location", "westeurope")
                        .put("properties", Dynamic.bag().put("vmSize", size).build())
                        .build());
    }

    public void remove(String name) {
        resources.remove(idOf(name));
    }

    /// From now on readings are partial, for that reason; empty for whole again.
    public void tear(String because) {
        torn = because;
    }

    /// From now on single resources cannot be read, for that reason; empty for they can again.
    public void refuse(String because) {
        refuse(because, Set.of());
    }

    /// @param names of those that cannot be; empty for all
    public void refuse(String because, Set<String> names) {
        refusedNames = names;
        refused = because;
    }

    public InstantSource clock() {
        return () -> now;
    }

    public void tick() {
        pass(Duration.ofMinutes(1));
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public CollectionReport read(ResourceSink sink) {
        resources.values().forEach(sink::accept);
        return new CollectionReport(
                List.of(
                        new ScopeReport(
                                name(),
                                "/",
                                "resources",
                                torn.isEmpty() ? Completeness.COMPLETE : Completeness.PARTIAL,
                                resources.size(),
                                null,
                                now,
                                now,
                                torn)),
                List.of());
    }

    @Override
    public boolean canRefresh() {
        return true;
    }

    @Override
    public RefreshReport refresh(Set<ResourceId> ids, Known known, ResourceSink sink) {
        var found = new HashSet<ResourceId>();
        var absent = new HashSet<ResourceId>();
        var faults = new ArrayList<SourceFault>();
        for (var id : ids) {
            if (!refused.isEmpty()
                    && (refusedNames.isEmpty() || refusedNames.contains(id.name()))) {
                faults.add(SourceFault.error(id.text(), refused));
                continue;
            }
            var resource = resources.get(id.text());
            if (resource == null) {
                absent.add(id);
            } else {
                sink.accept(resource);
                found.add(id);
            }
        }
        return new RefreshReport(found, absent, faults);
    }

    @Override
    public Attributor attributor() {
        return (_, _, _) ->
                Optional.of(new Attribution("log@contoso.com", "User", "Unspecified", "", ""));
    }
}
