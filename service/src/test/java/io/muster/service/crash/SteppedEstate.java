package io.muster.service.crash;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.Completeness;
import io.muster.inventory.source.RefreshReport;
import io.muster.inventory.source.ResourceSink;
import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.ScopeReport;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// An estate whose state is known for every step: what a store should hold can be told from the step in it.
final class SteppedEstate implements ResourceSource {
    private static final Instant START = Instant.parse("2026-11-21T00:00:00Z");
    private static final String VMS =
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/";
    static final String MARKER = VMS + "marker";
    private static final int MACHINES = 60;
    private volatile int step;

    void moveTo(int next) {
        step = next;
    }

    static Instant timeOf(int step) {
        return START.plusSeconds(step * 60L);
    }

    Instant now() {
        return timeOf(step);
    }

    /// Every resource by its id in lower case.
    static Map<String, Dynamic> state(int step) {
        var state = new TreeMap<String, Dynamic>();
        put(state, "marker", Integer.toString(step));
        for (int i = 0; i < MACHINES; i++) {
            if ((i * 7 + step) % 5 != 0) {
                put(state, "vm" + i, "S" + (i + step / (1 + i % 3)) % 4);
            }
        }
        return state;
    }

    private static void put(Map<String, Dynamic> state, String name, String size) {
        state.put(
                (VMS + name).toLowerCase(Locale.ROOT),
                Dynamic.bag()
                        .put("id", VMS + name)
                        .put("name", name)
                        .put("type", "Microsoft.Compute/virtualMachines")
                        .put("properties", Dynamic.bag().put("vmSize", size).build())
                        .build());
    }

    /// What differs from the step before.
    static Set<ResourceId> changed(int step) {
        var before = state(step - 1);
        var after = state(step);
        var ids = new HashSet<>(before.keySet());
        ids.addAll(after.keySet());
        ids.removeIf(id -> before.containsKey(id) && before.get(id).equals(after.get(id)));
        var changed = new HashSet<ResourceId>();
        ids.forEach(id -> changed.add(ResourceId.parse(id)));
        return changed;
    }

    @Override
    public String name() {
        return "steps";
    }

    @Override
    public CollectionReport read(ResourceSink sink) {
        var all = state(step).values();
        all.forEach(sink::accept);
        return new CollectionReport(
                List.of(
                        new ScopeReport(
                                name(),
                                "/",
                                "resources",
                                Completeness.COMPLETE,
                                all.size(),
                                null,
                                now(),
                                now(),
                                "")),
                List.of());
    }

    @Override
    public boolean canRefresh() {
        return true;
    }

    @Override
    public RefreshReport refresh(Set<ResourceId> ids, Known known, ResourceSink sink) {
        var state = state(step);
        var found = new HashSet<ResourceId>();
        var absent = new HashSet<ResourceId>();
        for (var id : ids) {
            var resource = state.get(id.text().toLowerCase(Locale.ROOT));
            if (resource == null) {
                absent.add(id);
            } else {
                sink.accept(resource);
                found.add(id);
            }
        }
        return new RefreshReport(found, absent, List.of());
    }
}
