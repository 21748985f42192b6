package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.MergePatch;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `{set}/extensions/{name}`: the extensions of a scale set's model, `properties.virtualMachineProfile.extensionProfile.extensions`. They are one thing with two
/// addresses: a write at either is seen at both, and reaches the instances as every change of the model does.
///
/// Source: compute-virtualMachineScaleSet-2024-07-01, VirtualMachineScaleSetExtensions.
final class ScaleSetExtensions {
    static final String TYPE = ScaleSetWrites.TYPE + "/extensions";
    private static final String LOWER_TYPE = TYPE.toLowerCase(Locale.ROOT);

    private final Cloud cloud;
    private final Admission admission;

    ScaleSetExtensions(Cloud cloud, Admission admission) {
        this.cloud = cloud;
        this.admission = admission;
    }

    /// Writes a set's changed model.
    interface ModelWrite {
        ArmResponse write(Dynamic set);
    }

    /// Those of the set's model.
    static List<Dynamic> of(Dynamic set) {
        return set.path("properties", "virtualMachineProfile", "extensionProfile", "extensions")
                .items();
    }

    /// Refuses a model whose extensions cannot be told apart.
    static void check(Dynamic set) {
        var names = new ArrayList<String>();
        for (var extension : of(set)) {
            String name = extension.get("name").textOr("").toLowerCase(Locale.ROOT);
            if (name.isBlank()) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "Required parameter"
                                + " 'virtualMachineProfile.extensionProfile.extensions.name' is"
                                + " missing (null).");
            }
            ExtensionRoutes.requireNotOwned(name);
            // It becomes a segment of the extension's id.
            if (name.equals("providers") || name.chars().anyMatch(ScaleSetExtensions::isReserved)) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "The value '"
                                + name
                                + "' of parameter"
                                + " 'virtualMachineProfile.extensionProfile.extensions.name' is"
                                + " invalid: it is no name of a resource.");
            }
            if (names.contains(name)) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "The extension '" + name + "' is named more than once in the model.");
            }
            names.add(name);
        }
    }

    /// What no resource's name may hold.
    private static boolean isReserved(int character) {
        return Character.isISOControl(character) || "<>%&:\\?/#".indexOf(character) >= 0;
    }

    /// The set with what stands in its extension resources alone: a set that was seeded with them.
    Dynamic adopted(StoredResource set) {
        var json = set.json();
        for (var child : children(set.id())) {
            if (of(json).stream().noneMatch(e -> isNamed(e, child.id().name()))) {
                json = with(json, entry(child.id().name(), child.properties()));
            }
        }
        return json;
    }

    /// Lets the extensions that stand in a model alone, that of a set that was seeded with them, be resources too.
    void appear(ResourceId set) {
        for (var extension : cloud.estate().find(set).map(s -> of(s.json())).orElse(List.of())) {
            var id = set.child("extensions", extension.get("name").textOr(""));
            if (cloud.estate().find(id).isEmpty()) {
                put(id, extension.get("properties"), "Succeeded");
            }
        }
    }

    private void put(ResourceId id, Dynamic properties, String state) {
        cloud.estate()
                .put(
                        Dynamic.bag()
                                .put("id", id.text())
                                .put("name", id.name())
                                .put("type", TYPE)
                                .put(
                                        "properties",
                                        written(properties)
                                                .with("provisioningState", Dynamic.of(state)))
                                .build());
    }

    private List<StoredResource> children(ResourceId set) {
        return cloud.estate().children(set).stream()
                .filter(child -> child.type().equals(LOWER_TYPE))
                .toList();
    }

    ArmResponse put(ArmRequest request, ResourceId id, ModelWrite model) {
        var set = set(id);
        var before = cloud.estate().find(id);
        Cloud.requireMatch(request, before);
        return write(
                request,
                set,
                id,
                Cloud.named(id, TYPE, Cloud.body(request)),
                before.isEmpty(),
                model);
    }

    ArmResponse patch(ArmRequest request, ResourceId id, ModelWrite model) {
        var set = set(id);
        var before = cloud.get(id);
        Cloud.requireMatch(request, Optional.of(before));
        var patch = Cloud.body(request).without("id").without("name").without("type");
        return write(request, set, id, MergePatch.apply(before.json(), patch), false, model);
    }

    ArmResponse delete(ArmRequest request, ResourceId id, ModelWrite model) {
        var set = cloud.estate().find(id.parent().orElseThrow(() -> ArmFault.notFound(id)));
        var before = cloud.estate().find(id);
        if (set.isEmpty() || before.isEmpty()) {
            return ArmResponse.empty(204);
        }
        Cloud.requireMatch(request, before);
        var json = adopted(set.get());
        var answer =
                model.write(
                        withAll(
                                json,
                                of(json).stream().filter(e -> !isNamed(e, id.name())).toList()));
        return Operations.followed(answer)
                .flatMap(cloud.operations()::find)
                .map(operation -> cloud.operations().accepted(request, operation, set.get()))
                .orElseGet(() -> headersOf(answer, ArmResponse.empty(202)));
    }

    private StoredResource set(ResourceId id) {
        return cloud.get(id.parent().orElseThrow(() -> ArmFault.notFound(id)));
    }

    private ArmResponse write(
            ArmRequest request,
            StoredResource set,
            ResourceId id,
            Dynamic proposed,
            boolean created,
            ModelWrite model) {
        var admitted = admission.admit(request, proposed);
        var answer = model.write(with(adopted(set), entry(id.name(), admitted.get("properties"))));
        return headersOf(answer, ArmResponse.of(created ? 201 : 200, cloud.get(id).json()));
    }

    private static ArmResponse headersOf(ArmResponse model, ArmResponse answer) {
        var out = answer;
        for (var header : model.headers().entrySet()) {
            if (!header.getKey().equalsIgnoreCase("ETag")) {
                out = out.with(header.getKey(), header.getValue());
            }
        }
        return out;
    }

    private static boolean isNamed(Dynamic extension, String name) {
        return extension.get("name").textOr("").equalsIgnoreCase(name);
    }

    private static Dynamic entry(String name, Dynamic properties) {
        return Dynamic.bag().put("name", name).put("properties", written(properties)).build();
    }

    /// What the model keeps of an extension's properties.
    private static Dynamic written(Dynamic properties) {
        return properties instanceof Dynamic.Bag
                ? properties.without("provisioningState").without("protectedSettings")
                : Dynamic.EMPTY_BAG;
    }

    /// In the place of the one of that name, or last.
    private static Dynamic with(Dynamic set, Dynamic entry) {
        var all = new ArrayList<>(of(set));
        String name = entry.get("name").textOr("");
        for (int i = 0; i < all.size(); i++) {
            if (isNamed(all.get(i), name)) {
                all.set(i, entry);
                return withAll(set, all);
            }
        }
        all.add(entry);
        return withAll(set, all);
    }

    private static Dynamic withAll(Dynamic set, List<Dynamic> extensions) {
        var properties = bag(set.get("properties"));
        var profile = bag(properties.get("virtualMachineProfile"));
        return set.with(
                "properties",
                properties.with(
                        "virtualMachineProfile",
                        profile.with(
                                "extensionProfile",
                                bag(profile.get("extensionProfile"))
                                        .with("extensions", Dynamic.array(extensions)))));
    }

    private static Dynamic bag(Dynamic value) {
        return value instanceof Dynamic.Bag ? value : Dynamic.EMPTY_BAG;
    }

    /// The set as it is kept: nobody reads protected settings back.
    static Dynamic kept(Dynamic set) {
        var all = of(set);
        return all.isEmpty()
                ? set
                : withAll(
                        set,
                        all.stream()
                                .map(e -> e.with("properties", written(e.get("properties"))))
                                .toList());
    }

    /// Lets the extension resources say what the model does.
    ///
    /// @param state the provisioning state of those that changed
    void follow(ResourceId set, Dynamic json, String state) {
        Map<String, StoredResource> gone = new HashMap<>();
        children(set).forEach(child -> gone.put(child.id().key(), child));
        for (var extension : of(json)) {
            var id = set.child("extensions", extension.get("name").textOr(""));
            var known = gone.remove(id.key());
            var properties = extension.get("properties");
            if (known != null && written(known.properties()).equals(properties)) {
                continue;
            }
            put(id, properties, known == null ? "Creating" : state);
        }
        gone.values().forEach(child -> cloud.estate().remove(child.id()));
    }

    /// The model is written: so are its extensions.
    void settle(ResourceId set) {
        for (var child : List.copyOf(children(set))) {
            if (!child.properties().get("provisioningState").textOr("").equals("Succeeded")) {
                cloud.estate().put(GoalStates.provisioning(child.json(), "Succeeded"));
            }
        }
    }
}
