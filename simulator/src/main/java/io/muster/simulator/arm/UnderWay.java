package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What is under way on which resource, by the names of the operations that do it: so that what falls due is known as the last write's, and not as that of one which
/// another write came after, or of a resource that is gone. Guarded by the simulator's lock.
final class UnderWay {
    /// @param write whether it writes the resource: a later write takes its place. Turning a machine on and off goes on beside writes.
    private record Doing(String operation, boolean write) {}

    private final Map<String, List<Doing>> byResource = new LinkedHashMap<>();

    /// @return the write whose place it takes
    Optional<String> write(ResourceId id, String operation) {
        var before = byResource.getOrDefault(id.key(), List.of());
        var earlier = before.stream().filter(Doing::write).map(Doing::operation).findFirst();
        var now = new ArrayList<>(before);
        now.removeIf(Doing::write);
        now.add(new Doing(operation, true));
        byResource.put(id.key(), List.copyOf(now));
        return earlier;
    }

    void beside(ResourceId id, String operation) {
        var now = new ArrayList<>(byResource.getOrDefault(id.key(), List.of()));
        now.add(new Doing(operation, false));
        byResource.put(id.key(), List.copyOf(now));
    }

    /// The write of a resource.
    Optional<String> write(ResourceId id) {
        return byResource.getOrDefault(id.key(), List.of()).stream()
                .filter(Doing::write)
                .map(Doing::operation)
                .findFirst();
    }

    boolean has(ResourceId id, String operation) {
        return byResource.getOrDefault(id.key(), List.of()).stream()
                .anyMatch(doing -> doing.operation().equals(operation));
    }

    boolean isBusy(ResourceId id) {
        return byResource.containsKey(id.key());
    }

    /// Whether it was under way; from now on it is not.
    boolean end(ResourceId id, String operation) {
        if (!has(id, operation)) {
            return false;
        }
        var now = new ArrayList<>(byResource.getOrDefault(id.key(), List.of()));
        now.removeIf(doing -> doing.operation().equals(operation));
        if (now.isEmpty()) {
            byResource.remove(id.key());
        } else {
            byResource.put(id.key(), List.copyOf(now));
        }
        return true;
    }

    /// What was under way on a resource that is gone.
    List<String> forget(ResourceId id) {
        var gone = byResource.remove(id.key());
        return gone == null ? List.of() : gone.stream().map(Doing::operation).toList();
    }

    void export(Consumer<Dynamic> sink) {
        byResource.forEach((resource, all) ->
                all.forEach(doing ->
                        sink.accept(
                                Dynamic.bag()
                                        .put("resource", resource)
                                        .put("operation", doing.operation())
                                        .put("write", doing.write())
                                        .build())));
    }

    void take(Dynamic kept) {
        var now =
                new ArrayList<>(
                        byResource.getOrDefault(kept.get("resource").textOr(""), List.of()));
        now.add(new Doing(kept.get("operation").textOr(""), kept.get("write").boolOr(false)));
        byResource.put(kept.get("resource").textOr(""), List.copyOf(now));
    }
}
