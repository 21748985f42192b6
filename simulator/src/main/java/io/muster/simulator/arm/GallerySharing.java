package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// `POST {gallery}/share`: direct sharing with subscriptions and tenants, and with everybody. Guarded by the simulator's lock.
///
/// Source: the API description, `GallerySharingProfile_Update`.
final class GallerySharing {
    private static final List<String> GROUP_TYPES = List.of("Subscriptions", "AADTenants");

    private static final List<String> PERMISSIONS = List.of("Private", "Groups", "Community");
    private static final String ENABLED = "communityGalleryEnabled";

    private final Cloud cloud;

    GallerySharing(Cloud cloud) {
        this.cloud = cloud;
    }

    ArmResponse share(ArmRequest request, ResourceId id) {
        var gallery = cloud.get(id).json();
        var update = Cloud.body(request);
        String operation = update.get("operationType").textOr("");
        var before = gallery.path("properties", "sharingProfile");
        var after =
                switch (operation.toLowerCase(Locale.ROOT)) {
                    case "add" -> groups(before, update, true);
                    case "remove" -> groups(before, update, false);
                    case "reset" ->
                            Dynamic.bag()
                                    .put("permissions", "Private")
                                    .put("groups", Dynamic.EMPTY_ARRAY)
                                    .build();
                    case "enablecommunity" -> community(before, id);
                    default ->
                            throw ArmFault.badRequest(
                                    "InvalidParameter",
                                    "The value '"
                                            + operation
                                            + "' of parameter 'operationType' is none of Add,"
                                            + " Remove, Reset, EnableCommunity.");
                };
        cloud.estate()
                .put(
                        gallery.with(
                                "properties",
                                gallery.get("properties").with("sharingProfile", after)));
        return ArmResponse.of(200, update);
    }

    /// A gallery as a caller writes it: with whom it is shared, and that everybody sees it, is said by `share` alone; the permission and what a community is told of
    /// the publisher can be written. A body that leaves the profile out leaves it as it is.
    static Dynamic written(ResourceId id, Dynamic gallery, Optional<Dynamic> stored) {
        var properties = gallery.get("properties");
        if (!(properties instanceof Dynamic.Bag)) {
            properties = Dynamic.EMPTY_BAG;
        }
        properties =
                properties
                        .without("sharingStatus")
                        .with(
                                "identifier",
                                Dynamic.bag()
                                        .put("uniqueName", SharedGalleries.uniqueName(id))
                                        .build());
        var before =
                stored.map(known -> known.path("properties", "sharingProfile"))
                        .orElse(Dynamic.NULL);
        var given = properties.get("sharingProfile");
        if (given instanceof Dynamic.Bag) {
            properties = properties.with("sharingProfile", written(given, before));
        } else if (!before.isNull()) {
            properties = properties.with("sharingProfile", before);
        }
        return gallery.with("properties", properties);
    }

    private static Dynamic written(Dynamic given, Dynamic before) {
        String permissions =
                given.get("permissions").textOr(before.get("permissions").textOr("Private"));
        if (PERMISSIONS.stream().noneMatch(permissions::equalsIgnoreCase)) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value '"
                            + permissions
                            + "' of parameter 'sharingProfile.permissions' is none of Private,"
                            + " Groups, Community.");
        }
        var profile = given.with("permissions", Dynamic.of(permissions)).without("groups");
        if (!before.get("groups").isNull()) {
            profile = profile.with("groups", before.get("groups"));
        }
        var known = before.get("communityGalleryInfo");
        var info = given.get("communityGalleryInfo");
        if (info.isNull() && known.isNull() && !permissions.equalsIgnoreCase("Community")) {
            return profile;
        }
        var told = info instanceof Dynamic.Bag ? info.without("publicNames") : known;
        if (!(told instanceof Dynamic.Bag)) {
            told = Dynamic.EMPTY_BAG;
        }
        if (!known.get("publicNames").isNull()) {
            told = told.with("publicNames", known.get("publicNames"));
        }
        return profile.with(
                "communityGalleryInfo",
                told.with(ENABLED, Dynamic.of(known.get(ENABLED).boolOr(false))));
    }

    /// Whether everybody may use a gallery of these sharing properties. One that nobody wrote through the API is as it says.
    static boolean isCommunity(Dynamic sharing) {
        return sharing.get("permissions").textOr("").equalsIgnoreCase("Community")
                && sharing.path("communityGalleryInfo", ENABLED).boolOr(true);
    }

    /// Whether a gallery of these sharing properties is shared with the subscription that something lies in, or with its tenant.
    static boolean isSharedWith(Dynamic sharing, ResourceId id, boolean tenant) {
        String who = tenant ? Tokens.TENANT : id.subscriptionId().orElse("");
        for (var group : sharing.get("groups").items()) {
            if (group.get("type").textOr("").equalsIgnoreCase("AADTenants") == tenant
                    && group.get("ids").items().stream()
                            .anyMatch(shared -> shared.textOr("").equalsIgnoreCase(who))) {
                return true;
            }
        }
        return false;
    }

    /// The profile with the ids of an update's groups, or without them; a group without ids goes.
    private static Dynamic groups(Dynamic before, Dynamic update, boolean add) {
        Map<String, Set<String>> ids = new LinkedHashMap<>();
        GROUP_TYPES.forEach(type -> ids.put(type, new LinkedHashSet<>()));
        before.get("groups").items().forEach(group -> named(group, ids).addAll(texts(group)));
        if (update.get("groups").items().isEmpty()) {
            throw ArmFault.badRequest(
                    "InvalidParameter", "Required parameter 'groups' is missing (null).");
        }
        for (var group : update.get("groups").items()) {
            ProfileCheck.require(
                    group.get("ids") instanceof Dynamic.Array,
                    "groups.ids",
                    group.get("ids"),
                    "an array");
            var named = named(group, ids);
            if (add) {
                named.addAll(texts(group));
            } else {
                named.removeAll(texts(group));
            }
        }
        var out = new ArrayList<Dynamic>();
        ids.forEach((type, members) -> {
            if (!members.isEmpty()) {
                out.add(
                        Dynamic.bag()
                                .put("type", type)
                                .put(
                                        "ids",
                                        Dynamic.array(members.stream().map(Dynamic::of).toList()))
                                .build());
            }
        });
        return (before.isNull() ? Dynamic.EMPTY_BAG : before)
                // A community stays one, whatever groups come and go.
                .with(
                        "permissions",
                        Dynamic.of(
                                before.get("permissions").textOr("").equalsIgnoreCase("Community")
                                        ? "Community"
                                        : "Groups"))
                .with("groups", Dynamic.array(out));
    }

    private static Set<String> named(Dynamic group, Map<String, Set<String>> ids) {
        String type = group.get("type").textOr("");
        for (String known : GROUP_TYPES) {
            if (known.equalsIgnoreCase(type)) {
                return ids.computeIfAbsent(known, _ -> new LinkedHashSet<>());
            }
        }
        throw ArmFault.badRequest(
                "InvalidParameter",
                "The value '"
                        + type
                        + "' of parameter 'groups.type' is none of Subscriptions, AADTenants.");
    }

    private static List<String> texts(Dynamic group) {
        return group.get("ids").items().stream()
                .map(id -> id.textOr("").toLowerCase(Locale.ROOT))
                .toList();
    }

    /// The public name is the prefix and an identifier, the same for a gallery.
    private static Dynamic community(Dynamic before, ResourceId id) {
        var info = before.get("communityGalleryInfo");
        String prefix = info.get("publicNamePrefix").asText().orElse(id.name());
        String name = Guids.of("community", id.key(), 0, 0);
        return (before.isNull() ? Dynamic.EMPTY_BAG : before)
                .with("permissions", Dynamic.of("Community"))
                .with(
                        "communityGalleryInfo",
                        (info.isNull() ? Dynamic.EMPTY_BAG : info)
                                .with(ENABLED, Dynamic.TRUE)
                                .with(
                                        "publicNames",
                                        Dynamic.array(Dynamic.of(prefix + "-" + name))));
    }
}
