package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.guest.GuestRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What guests and the platform remember of machines beside their resources. Machines by key. Guarded by the simulator's lock.
final class GuestMemory implements KeptState {
    private final Map<String, GuestRegistry> registries = new LinkedHashMap<>();

    /// The goal states that came while machines were off.
    private final Map<String, GoalState> missed = new LinkedHashMap<>();

    /// The views of VMAppExtension before runs that could not read from the host.
    private final Map<String, Dynamic> stable = new LinkedHashMap<>();

    /// The views of VMAppExtension before runs that are under way.
    private final Map<String, Dynamic> earlier = new LinkedHashMap<>();

    /// The names (lower case) of the extensions that instances have of their sets' models.
    private final Map<String, List<String>> fromModel = new LinkedHashMap<>();

    /// What the guest has: as it remembers, else as the machine's view tells.
    GuestRegistry registry(Machine machine, Dynamic json) {
        var known = registries.get(machine.id().key());
        return known == null ? GuestRegistry.of(InstanceViews.message(json)) : known;
    }

    void registry(String machine, GuestRegistry registry) {
        registries.put(machine, registry);
    }

    /// A goal state comes while the machine is off: the last one counts.
    void miss(String machine, GoalState goal) {
        missed.put(machine, goal);
    }

    Optional<GoalState> missed(ResourceId machine) {
        return Optional.ofNullable(missed.get(machine.key()));
    }

    /// A goal state reaches the guest: whatever came before it is past.
    void reached(String machine) {
        missed.remove(machine);
    }

    void stable(String machine, Dynamic view) {
        stable.put(machine, view);
    }

    /// The view to restore; null when the last run read from the host.
    @Nullable Dynamic takeStable(String machine) {
        return stable.remove(machine);
    }

    void earlier(String machine, Dynamic view) {
        earlier.put(machine, view);
    }

    /// Null when there was none before the run under way.
    @Nullable Dynamic earlier(String machine) {
        return earlier.get(machine);
    }

    @Nullable Dynamic takeEarlier(String machine) {
        return earlier.remove(machine);
    }

    List<String> fromModel(ResourceId instance) {
        return fromModel.getOrDefault(instance.key(), List.of());
    }

    void fromModel(ResourceId instance, List<String> names) {
        if (names.isEmpty()) {
            fromModel.remove(instance.key());
        } else {
            fromModel.put(instance.key(), List.copyOf(names));
        }
    }

    /// What lies on the machine's disks is gone; what it was to apply too.
    void forget(ResourceId machine) {
        registries.remove(machine.key());
        missed.remove(machine.key());
        stable.remove(machine.key());
        earlier.remove(machine.key());
        fromModel.remove(machine.key());
    }

    @Override
    public String kind() {
        return "guest";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        registries.forEach((machine, registry) ->
                sink.accept(registry.toJson().with("machine", Dynamic.of(machine))));
        missed.forEach((machine, goal) -> sink.accept(entry(machine, "missed", goal.toJson())));
        earlier.forEach((machine, view) -> sink.accept(entry(machine, "earlier", view)));
        stable.forEach((machine, view) -> sink.accept(entry(machine, "stable", view)));
        fromModel.forEach((machine, names) ->
                sink.accept(
                        entry(
                                machine,
                                "fromModel",
                                Dynamic.array(names.stream().map(Dynamic::of).toList()))));
    }

    private static Dynamic entry(String machine, String what, Dynamic value) {
        return Dynamic.bag().put("machine", machine).put(what, value).build();
    }

    @Override
    public void take(Dynamic kept) {
        String machine = kept.get("machine").textOr("");
        if (!kept.get("missed").isNull()) {
            missed.put(machine, GoalState.ofJson(kept.get("missed")));
        } else if (!kept.get("earlier").isNull()) {
            earlier.put(machine, kept.get("earlier"));
        } else if (!kept.get("stable").isNull()) {
            stable.put(machine, kept.get("stable"));
        } else if (!kept.get("fromModel").isNull()) {
            fromModel.put(
                    machine,
                    kept.get("fromModel").items().stream().map(n -> n.textOr("")).toList());
        } else {
            registries.put(machine, GuestRegistry.ofJson(kept));
        }
    }
}
