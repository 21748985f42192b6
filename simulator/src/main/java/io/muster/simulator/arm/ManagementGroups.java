package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Management groups, their tree, and which subscriptions lie in them. What policies and roles hold for follows from it: every group and subscription keeps the chain
/// of groups above it. Guarded by the simulator's lock.
///
/// Source: azure/governance/management-groups/overview; limits from there.
final class ManagementGroups {
    static final String TYPE = "microsoft.management/managementgroups";

    private static final String ROOT = "/providers/Microsoft.Management/managementGroups";
    private static final String CHAIN = "managementGroupAncestorsChain";
    private static final Pattern PATH =
            Pattern.compile(
                    ROOT + "(?:/([^/]+)(?:/(descendants|subscriptions)(?:/([^/]+))?)?)?",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("[-\\w().]{1,90}");

    private final Cloud cloud;
    private final Access access;

    ManagementGroups(Cloud cloud, Access access) {
        this.cloud = cloud;
        this.access = access;
    }

    static boolean isGroupPath(String path) {
        return PATH.matcher(path).matches();
    }

    ArmResponse route(ArmRequest request) {
        var path = PATH.matcher(request.path());
        if (!path.matches()) {
            throw new ArmFault(404, "NotFound", "There is nothing at '" + request.path() + "'.");
        }
        String name = path.group(1);
        String below = path.group(2);
        String subscription = path.group(3);
        if (name == null) {
            return switch (request.method()) {
                case "GET" -> list(request);
                default -> throw ArmFault.notAllowed(request);
            };
        }
        var id = id(name);
        access.require(
                request,
                id,
                (below == null || subscription == null ? "" : "subscriptions/")
                        + switch (request.method()) {
                            case "GET" -> "read";
                            case "DELETE" -> "delete";
                            default -> "write";
                        });
        if (below == null) {
            return switch (request.method()) {
                case "GET" -> ArmResponse.of(200, shown(get(id), isExpanded(request)));
                case "PUT", "PATCH" -> put(request, id);
                case "DELETE" -> delete(id);
                default -> throw ArmFault.notAllowed(request);
            };
        }
        if (subscription == null) {
            if (!request.method().equals("GET")) {
                throw ArmFault.notAllowed(request);
            }
            get(id);
            return cloud.page(
                    request,
                    below.equalsIgnoreCase("descendants") ? descendants(id) : subscriptions(id));
        }
        return switch (request.method()) {
            case "PUT" -> {
                get(id);
                requireMove(
                        request,
                        ResourceId.parse("/subscriptions/" + subscription),
                        parentOf(subscription(subscription)),
                        id);
                yield place(id, subscription);
            }
            case "DELETE" -> {
                get(id);
                requireAssigning(request, ResourceId.parse("/subscriptions/" + subscription));
                takeOut(id, subscription);
                yield ArmResponse.empty(204);
            }
            default -> throw ArmFault.notAllowed(request);
        };
    }

    /// Who could take a subscription or a group into a group of his own would have his rights there in it: a move needs the right to give rights in what is moved, and
    /// to write both parents. A topmost group all may leave and join.
    ///
    /// Source: azure/governance/management-groups/overview, moving management groups and subscriptions.
    private void requireMove(
            ArmRequest request, ResourceId child, Optional<ResourceId> from, ResourceId to) {
        requireAssigning(request, child);
        if (from.filter(to::equals).isPresent()) {
            return;
        }
        requireParent(request, to);
        from.ifPresent(group -> requireParent(request, group));
    }

    private void requireAssigning(ArmRequest request, ResourceId child) {
        access.require(request, child, "Microsoft.Authorization/roleAssignments", "write");
    }

    private void requireParent(ArmRequest request, ResourceId group) {
        if (upwards(group).size() > 1) {
            access.require(request, group, "write");
        }
    }

    /// The group that a subscription lies in.
    private static Optional<ResourceId> parentOf(StoredResource subscription) {
        return subscription.properties().get(CHAIN).items().stream()
                .findFirst()
                .map(first -> id(first.get("name").textOr("")));
    }

    private static boolean isExpanded(ArmRequest request) {
        return request.parameter("$expand")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .contains("children");
    }

    private static ResourceId id(String name) {
        return ResourceId.parse(ROOT + "/" + name);
    }

    /// The management group that an id names or lies in by its own text.
    static Optional<ResourceId> of(ResourceId id) {
        return id.valueOf(TYPE.substring(TYPE.indexOf('/') + 1))
                .filter(_ -> id.subscriptionId().isEmpty())
                .map(ManagementGroups::id);
    }

    /// The groups above a subscription or a group, the nearest first, of its properties.
    static Dynamic chainOf(Dynamic properties) {
        var own = properties.get(CHAIN);
        return own.isNull() ? properties.path("details", CHAIN) : own;
    }

    private StoredResource get(ResourceId id) {
        return cloud.estate()
                .find(id)
                .orElseThrow(() ->
                        new ArmFault(
                                404,
                                "NotFound",
                                "The management group '" + id.name() + "' cannot be found."));
    }

    private List<StoredResource> groups() {
        return cloud.estate().ofType(TYPE);
    }

    private ArmResponse list(ArmRequest request) {
        String caller = Tokens.caller(request);
        return cloud.page(
                request,
                groups().stream()
                        .filter(g ->
                                access.may(
                                        caller,
                                        "Microsoft.Management/managementGroups/read",
                                        g.id()))
                        .map(ManagementGroups::listed)
                        .toList());
    }

    private static Dynamic listed(StoredResource group) {
        return Dynamic.bag()
                .put("id", group.id().text())
                .put("type", "Microsoft.Management/managementGroups")
                .put("name", group.id().name())
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("tenantId", Tokens.TENANT)
                                .put("displayName", displayName(group))
                                .build())
                .build();
    }

    private static String displayName(StoredResource group) {
        return group.properties().get("displayName").textOr(group.id().name());
    }

    private Dynamic shown(StoredResource group, boolean children) {
        var properties =
                Dynamic.bag()
                        .put("tenantId", Tokens.TENANT)
                        .put("displayName", displayName(group))
                        .put("details", details(group));
        if (children) {
            var out = new ArrayList<Dynamic>();
            groups().stream()
                    .filter(g -> isChild(g, group.id()))
                    .map(ManagementGroups::listed)
                    .map(g ->
                            g.without("properties")
                                    .with("displayName", g.path("properties", "displayName")))
                    .forEach(out::add);
            cloud.estate().subscriptions().stream()
                    .filter(s -> isIn(s, group.id()))
                    .map(s ->
                            Dynamic.bag()
                                    .put("id", s.id().text())
                                    .put("type", "/subscriptions")
                                    .put("name", s.id().name())
                                    .put("displayName", s.json().get("name"))
                                    .build())
                    .forEach(out::add);
            properties.put("children", Dynamic.array(out));
        }
        return listed(group).with("properties", properties.build());
    }

    private static Dynamic details(StoredResource group) {
        var parent = parent(group);
        var details = Dynamic.bag().put("version", group.revision());
        parent.ifPresent(id ->
                details.put(
                        "parent",
                        Dynamic.bag().put("id", id.text()).put("name", id.name()).build()));
        return details.build();
    }

    /// By what was written, else by the chain that an estate began with.
    private static Optional<ResourceId> parent(StoredResource group) {
        var details = group.properties().get("details");
        var written = details.path("parent", "id").asText().flatMap(ResourceId::tryParse);
        if (written.isPresent()) {
            return written;
        }
        return details.get(CHAIN).items().stream()
                .findFirst()
                .flatMap(first -> first.get("name").asText())
                .map(ManagementGroups::id);
    }

    private static boolean isChild(StoredResource group, ResourceId of) {
        return parent(group).filter(of::equals).isPresent();
    }

    /// Whether a subscription lies in the group itself.
    private static boolean isIn(StoredResource subscription, ResourceId group) {
        return subscription.properties().get(CHAIN).items().stream()
                .findFirst()
                .filter(first -> first.get("name").textOr("").equalsIgnoreCase(group.name()))
                .isPresent();
    }

    /// The group and those above it, the nearest first.
    private List<StoredResource> upwards(ResourceId id) {
        var out = new ArrayList<StoredResource>();
        Optional<ResourceId> at = Optional.of(id);
        while (at.isPresent() && out.size() <= maxDepth() + 1) {
            var group = cloud.estate().find(at.get());
            group.ifPresent(out::add);
            at = group.flatMap(ManagementGroups::parent);
        }
        return out;
    }

    private Dynamic chain(ResourceId from) {
        return Dynamic.array(
                upwards(from).stream()
                        .map(g ->
                                Dynamic.bag()
                                        .put("displayName", displayName(g))
                                        .put("name", g.id().name())
                                        .build())
                        .toList());
    }

    private ArmResponse put(ArmRequest request, ResourceId id) {
        if (!NAME.matcher(id.name()).matches()) {
            throw ArmFault.badRequest(
                    "InvalidManagementGroupName",
                    "The management group name '" + id.name() + "' is invalid.");
        }
        var stored = cloud.estate().find(id);
        if (request.method().equals("PATCH")) {
            get(id);
        }
        var body = Cloud.body(request);
        var asked = request.method().equals("PATCH") ? body : body.get("properties");
        var wanted =
                request.method().equals("PATCH")
                        ? body.get("parentGroupId")
                        : asked.path("details", "parent", "id");
        Optional<ResourceId> parent =
                wanted.isNull()
                        ? stored.flatMap(ManagementGroups::parent)
                        : Optional.of(parent(id, wanted.textOr("")));
        var before = stored.flatMap(ManagementGroups::parent);
        if (!before.equals(parent)) {
            var to = parent.orElseThrow();
            if (stored.isPresent()) {
                requireMove(request, id, before, to);
            } else {
                requireParent(request, to);
            }
        }
        var details = Dynamic.bag();
        parent.ifPresent(p ->
                details.put(
                        "parent", Dynamic.bag().put("id", p.text()).put("name", p.name()).build()));
        details.put(CHAIN, parent.map(this::chain).orElse(Dynamic.EMPTY_ARRAY));
        var put =
                cloud.estate()
                        .put(
                                Dynamic.bag()
                                        .put("id", stored.map(s -> s.id().text()).orElse(id.text()))
                                        .put("name", id.name())
                                        .put("type", "Microsoft.Management/managementGroups")
                                        .put("tenantId", Tokens.TENANT)
                                        .put(
                                                "properties",
                                                Dynamic.bag()
                                                        .put("tenantId", Tokens.TENANT)
                                                        .put(
                                                                "displayName",
                                                                asked.get("displayName")
                                                                        .asText()
                                                                        .or(() ->
                                                                                stored.map(
                                                                                        ManagementGroups
                                                                                                ::displayName))
                                                                        .orElse(id.name()))
                                                        .put("details", details.build())
                                                        .build())
                                        .build());
        refresh();
        return ArmResponse.of(200, shown(get(put.id()), false));
    }

    private ResourceId parent(ResourceId id, String text) {
        var parent =
                ResourceId.tryParse(text)
                        .filter(p -> p.isOfType(TYPE))
                        .orElseThrow(() ->
                                ArmFault.badRequest(
                                        "InvalidParent",
                                        "The parent '" + text + "' is no management group."));
        get(parent);
        var above = upwards(parent);
        if (above.stream().anyMatch(g -> g.id().equals(id))) {
            throw ArmFault.badRequest(
                    "InvalidParent",
                    "The parent '" + parent.name() + "' lies below '" + id.name() + "'.");
        }
        if (above.size() + height(id, 0) > maxDepth() + 1) {
            throw ArmFault.badRequest(
                    "MaxDepthExceeded",
                    "Management groups can be nested " + maxDepth() + " levels deep.");
        }
        return parent;
    }

    private int maxDepth() {
        return cloud.settings().azureLimits().managementGroupDepth();
    }

    /// Levels of a group with those below it.
    private int height(ResourceId id, int depth) {
        if (depth > maxDepth()) {
            return 1;
        }
        int most = 0;
        for (var group : groups()) {
            if (isChild(group, id)) {
                most = Math.max(most, height(group.id(), depth + 1));
            }
        }
        return most + 1;
    }

    /// Writes the chains of groups and subscriptions anew where they changed.
    private void refresh() {
        for (var group : groups()) {
            var parent = parent(group);
            var details = group.properties().get("details");
            var chain = parent.map(this::chain).orElse(Dynamic.EMPTY_ARRAY);
            if (!details.get(CHAIN).equals(chain)) {
                cloud.estate()
                        .put(
                                group.json()
                                        .with(
                                                "properties",
                                                group.properties()
                                                        .with(
                                                                "details",
                                                                details.with(CHAIN, chain))));
            }
        }
        for (var subscription : cloud.estate().subscriptions()) {
            subscription.properties().get(CHAIN).items().stream()
                    .findFirst()
                    .map(first -> id(first.get("name").textOr("")))
                    .filter(group -> cloud.estate().find(group).isPresent())
                    .ifPresent(group -> chain(subscription, chain(group)));
        }
    }

    private void chain(StoredResource subscription, Dynamic chain) {
        var properties =
                subscription.properties().isNull() ? Dynamic.EMPTY_BAG : subscription.properties();
        if (!properties.get(CHAIN).equals(chain)) {
            cloud.estate()
                    .put(subscription.json().with("properties", properties.with(CHAIN, chain)));
        }
    }

    private StoredResource subscription(String name) {
        return cloud.get(ResourceId.parse("/subscriptions/" + name));
    }

    private ArmResponse place(ResourceId group, String name) {
        var subscription = subscription(name);
        chain(subscription, chain(group));
        return ArmResponse.of(
                200,
                Dynamic.bag()
                        .put("id", group.text() + "/subscriptions/" + subscription.id().name())
                        .put("type", "Microsoft.Management/managementGroups/subscriptions")
                        .put("name", subscription.id().name())
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put("tenant", Tokens.TENANT)
                                        .put("displayName", subscription.json().get("name"))
                                        .put(
                                                "parent",
                                                Dynamic.bag().put("id", group.text()).build())
                                        .put("state", "Active")
                                        .build())
                        .build());
    }

    /// Out of its group a subscription lies in the topmost one.
    private void takeOut(ResourceId group, String name) {
        var subscription = subscription(name);
        if (isIn(subscription, group)) {
            var above = upwards(group);
            chain(
                    subscription,
                    above.size() < 2 ? Dynamic.EMPTY_ARRAY : chain(above.getLast().id()));
        }
    }

    private List<Dynamic> subscriptions(ResourceId group) {
        return cloud.estate().subscriptions().stream()
                .filter(s -> isIn(s, group))
                .map(s ->
                        Dynamic.bag()
                                .put("id", group.text() + "/subscriptions/" + s.id().name())
                                .put("type", "Microsoft.Management/managementGroups/subscriptions")
                                .put("name", s.id().name())
                                .build())
                .toList();
    }

    private List<Dynamic> descendants(ResourceId group) {
        var out = new ArrayList<Dynamic>();
        for (var other : groups()) {
            var parent = parent(other);
            if (parent.isPresent()
                    && upwards(parent.get()).stream().anyMatch(g -> g.id().equals(group))) {
                out.add(
                        descendant(
                                other.id(),
                                "Microsoft.Management/managementGroups",
                                Dynamic.of(displayName(other)),
                                parent.get()));
            }
        }
        for (var subscription : cloud.estate().subscriptions()) {
            var chain = subscription.properties().get(CHAIN).items();
            if (chain.stream()
                    .anyMatch(g -> g.get("name").textOr("").equalsIgnoreCase(group.name()))) {
                out.add(
                        descendant(
                                subscription.id(),
                                "Microsoft.Management/managementGroups/subscriptions",
                                subscription.json().get("name"),
                                id(chain.getFirst().get("name").textOr(""))));
            }
        }
        return out;
    }

    private static Dynamic descendant(
            ResourceId id, String type, Dynamic displayName, ResourceId parent) {
        return Dynamic.bag()
                .put("id", id.text())
                .put("type", type)
                .put("name", id.name())
                .put(
                        "properties",
                        Dynamic.bag()
                                .put("displayName", displayName)
                                .put("parent", Dynamic.bag().put("id", parent.text()).build())
                                .build())
                .build();
    }

    private ArmResponse delete(ResourceId id) {
        if (cloud.estate().find(id).isEmpty()) {
            return ArmResponse.empty(204);
        }
        if (groups().stream().anyMatch(g -> isChild(g, id))
                || cloud.estate().subscriptions().stream().anyMatch(s -> isIn(s, id))) {
            throw ArmFault.badRequest(
                    "GroupHasChildren",
                    "The management group '"
                            + id.name()
                            + "' has children: move or delete them first.");
        }
        List.copyOf(cloud.estate().below(id)).forEach(r -> cloud.estate().remove(r.id()));
        cloud.estate().remove(id);
        return ArmResponse.empty(200);
    }
}
