package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.ArrayList;
import java.util.Locale;

/// Extensions in the views of machines and instances, and those that instances have of their sets' models. VMAppExtension follows the profile and is none of them.
/// Guarded by the simulator's lock.
final class ModelExtensions {
    private static final String TYPE = ScaleSetWrites.TYPE + "/virtualMachines/extensions";

    private final Cloud cloud;
    private final GuestMemory memory;

    ModelExtensions(Cloud cloud, GuestMemory memory) {
        this.cloud = cloud;
        this.memory = memory;
    }

    /// The extensions of its set's model on an instance: those that are new or changed are installed, those that the model no longer has are uninstalled. What was
    /// put on the instance itself is not touched.
    Dynamic applied(Dynamic instance, GoalState goal) {
        var id = ResourceId.parse(instance.get("id").textOr(""));
        var names = new ArrayList<String>();
        var json = instance;
        for (var extension : goal.extensions().items()) {
            String name = extension.get("name").textOr("");
            if (name.equalsIgnoreCase(GoalStates.EXTENSION)) {
                continue;
            }
            names.add(name.toLowerCase(Locale.ROOT));
            var properties =
                    extension.get("properties").with("provisioningState", Dynamic.of("Succeeded"));
            install(id.child("extensions", name), instance.get("location"), properties);
            json = InstanceViews.with(json, InstanceViews.entry(name, properties));
        }
        for (String gone : memory.fromModel(id)) {
            if (!names.contains(gone)) {
                cloud.estate().remove(id.child("extensions", gone));
                json = InstanceViews.without(json, gone);
            }
        }
        memory.fromModel(id, names);
        return json;
    }

    private void install(ResourceId extension, Dynamic location, Dynamic properties) {
        boolean there =
                cloud.estate()
                        .find(extension)
                        .filter(known -> known.properties().equals(properties))
                        .isPresent();
        if (!there) {
            cloud.estate()
                    .put(
                            Dynamic.bag()
                                    .put("id", extension.text())
                                    .put("name", extension.name())
                                    .put("type", TYPE)
                                    .put("location", location)
                                    .put("properties", properties)
                                    .build());
        }
    }

    /// Shows an extension that was written, or is gone, in the instance view of its machine.
    ///
    /// @param extension null value when it is gone
    void show(ResourceId id, Dynamic extension) {
        var machine = id.parent();
        if (machine.isEmpty() || id.name().equalsIgnoreCase(GoalStates.EXTENSION)) {
            return;
        }
        cloud.estate()
                .update(
                        machine.get(),
                        json -> {
                            var without = InstanceViews.without(json, id.name());
                            if (extension.isNull()
                                    || json.path("properties", "instanceView").isNull()) {
                                return without;
                            }
                            return InstanceViews.with(
                                    without,
                                    InstanceViews.entry(id.name(), extension.get("properties")));
                        });
    }
}
