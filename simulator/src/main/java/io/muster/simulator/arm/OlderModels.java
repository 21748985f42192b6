package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.KeptState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The models that uniform instances have whose sets were given another one since: what a reapply of such an instance builds its goal state of. Guarded by the
/// simulator's lock.
final class OlderModels implements KeptState {
    /// Sets as they were, by the instances that still are so.
    private final Map<String, Dynamic> byInstance = new LinkedHashMap<>();

    /// A set's model is about to change; an instance that had an older one already keeps that.
    void keep(ResourceId instance, Dynamic set) {
        byInstance.putIfAbsent(instance.key(), set);
    }

    /// The set as it was when the instance took its model; empty when it has the latest.
    Optional<Dynamic> of(ResourceId instance) {
        return Optional.ofNullable(byInstance.get(instance.key()));
    }

    /// The instance takes the latest model, or is gone.
    void forget(ResourceId instance) {
        byInstance.remove(instance.key());
    }

    @Override
    public String kind() {
        return "olderModel";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        byInstance.forEach((instance, set) ->
                sink.accept(Dynamic.bag().put("instance", instance).put("set", set).build()));
    }

    @Override
    public void take(Dynamic kept) {
        byInstance.put(kept.get("instance").textOr(""), kept.get("set"));
    }
}
