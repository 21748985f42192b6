package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.simulator.estate.StoredResource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/// Who may do what: role assignments of the estate at a scope or above it, and galleries shared directly or with everybody. The owner may do everything.
///
/// Source: azure/role-based-access-control/built-in-roles.
final class Access {
    private static final String ASSIGNMENTS = "microsoft.authorization/roleassignments";
    private static final String DEFINITIONS = "microsoft.authorization/roledefinitions";
    private static final String DENIALS = "microsoft.authorization/denyassignments";

    /// The principal of deny assignments that mean everybody.
    private static final String EVERYBODY = "00000000-0000-0000-0000-000000000000";

    private final Cloud cloud;

    Access(Cloud cloud) {
        this.cloud = cloud;
    }

    /// Refuses what the caller has no right to.
    ///
    /// @param suffix `read`, `write`, `delete` or `{word}/action`
    void require(ArmRequest request, ResourceId id, String suffix) {
        require(request, id, id.type().text(), suffix);
    }

    /// Refuses what the caller has no right to.
    ///
    /// @param type whose action it is, where that is not the scope's
    void require(ArmRequest request, ResourceId id, String type, String suffix) {
        String caller = Tokens.caller(request);
        String action = type + "/" + suffix;
        var denial = denial(caller, action, id);
        if (denial.isPresent() && isGranted(caller, action, id)) {
            throw new ArmFault(
                    403,
                    "DenyAssignmentAuthorizationFailed",
                    "The client '"
                            + caller
                            + "' with object id '"
                            + caller
                            + "' has permission to perform action '"
                            + action
                            + "' on scope '"
                            + id.text()
                            + "'; however, the access is denied because of the deny assignment with"
                            + " name '"
                            + denial.get().properties().get("denyAssignmentName").textOr("")
                            + "' and Id '"
                            + denial.get().id().name()
                            + "' at scope '"
                            + denial.get().id().scope().id()
                            + "'.");
        }
        if (!may(caller, action, id)) {
            throw new ArmFault(
                    403,
                    "AuthorizationFailed",
                    "The client '"
                            + caller
                            + "' with object id '"
                            + caller
                            + "' does not have authorization to perform action '"
                            + action
                            + "' over scope '"
                            + id.text()
                            + "' or the scope is invalid. If access was recently granted, please"
                            + " refresh your credentials.");
        }
    }

    /// Refuses a write that names another resource which the caller has no right to.
    ///
    /// @param id what is written
    /// @param action what he would need to be allowed at the other one
    void requireLinked(ArmRequest request, ResourceId id, String action, ResourceId linked) {
        String caller = Tokens.caller(request);
        if (!may(caller, action, linked)) {
            throw notLinked(caller, id, action, linked);
        }
    }

    static ArmFault notLinked(String caller, ResourceId id, String action, ResourceId linked) {
        return new ArmFault(
                403,
                "LinkedAuthorizationFailed",
                "The client '"
                        + caller
                        + "' with object id '"
                        + caller
                        + "' has permission to perform action '"
                        + id.type().text()
                        + "/write' on scope '"
                        + id.text()
                        + "'; however, it does not have permission to perform action(s) '"
                        + action
                        + "' on the linked scope(s) '"
                        + linked.text()
                        + "' (respectively) or the linked scope(s) are invalid.");
    }

    boolean may(String caller, String action, ResourceId id) {
        return isGranted(caller, action, id) && denial(caller, action, id).isEmpty();
    }

    /// Whether a caller may do something to data: `.../blobs/read`.
    boolean mayData(String caller, String action, ResourceId id) {
        boolean granted =
                Tokens.isOwner(caller)
                        || cloud.estate().ofType(ASSIGNMENTS).stream()
                                .filter(a -> isOf(a, caller))
                                .filter(a -> covers(a.id().scope().id(), id))
                                .anyMatch(a -> role(a.properties()).allowsData(action));
        return granted
                && cloud.estate().ofType(DENIALS).stream()
                        .noneMatch(d ->
                                isFor(d, caller, id) && Role.of(d.properties()).allowsData(action));
    }

    /// The deny assignment that takes an action away, whatever roles grant it; of the owner too.
    private Optional<StoredResource> denial(String caller, String action, ResourceId id) {
        return cloud.estate().ofType(DENIALS).stream()
                .filter(d -> denies(d, caller, action, id))
                .findFirst();
    }

    private boolean denies(StoredResource denial, String caller, String action, ResourceId id) {
        return isFor(denial, caller, id) && Role.of(denial.properties()).allows(action);
    }

    private boolean isFor(StoredResource denial, String caller, ResourceId id) {
        var is = denial.properties();
        String scope = denial.id().scope().id();
        return (is.get("doNotApplyToChildScopes").boolOr(false)
                        ? scope.equalsIgnoreCase(id.text())
                        : covers(scope, id))
                && names(is.get("principals"), caller, true)
                && !names(is.get("excludePrincipals"), caller, false);
    }

    private static boolean isOf(StoredResource assignment, String caller) {
        return assignment.properties().get("principalId").textOr("").equalsIgnoreCase(caller);
    }

    private static boolean names(Dynamic principals, String caller, boolean everybody) {
        return principals.items().stream()
                .map(principal -> principal.get("id").textOr(""))
                .anyMatch(named ->
                        named.equalsIgnoreCase(caller) || everybody && named.equals(EVERYBODY));
    }

    private boolean isGranted(String caller, String action, ResourceId id) {
        return Tokens.isOwner(caller)
                || cloud.estate().ofType(ASSIGNMENTS).stream()
                        .filter(a -> isOf(a, caller))
                        .filter(a -> covers(a.id().scope().id(), id))
                        .anyMatch(a -> role(a.properties()).allows(action));
    }

    /// Whether a caller has a role at a subscription, above it or anywhere in it.
    boolean isVisible(String caller, ResourceId subscription) {
        return may(caller, "Microsoft.Resources/subscriptions/read", subscription)
                || cloud.estate().ofType(ASSIGNMENTS).stream()
                        .anyMatch(a ->
                                isOf(a, caller)
                                        && a.id().subscriptionId()
                                                .equals(subscription.subscriptionId()));
    }

    /// Whether a resource lies in a scope, by its id or by management groups.
    boolean covers(String scope, ResourceId id) {
        if (scope.isEmpty() || scope.equals("/")) {
            return true;
        }
        var above = ResourceId.parse(scope);
        if (id.isUnder(above)) {
            return true;
        }
        if (!above.isOfType("microsoft.management/managementgroups")) {
            return false;
        }
        var chain =
                id.subscriptionId()
                        .map(s -> ResourceId.parse("/subscriptions/" + s))
                        .or(() -> ManagementGroups.of(id))
                        .flatMap(cloud.estate()::find)
                        .map(StoredResource::properties)
                        .map(ManagementGroups::chainOf)
                        .orElse(Dynamic.EMPTY_ARRAY);
        return chain.items().stream()
                .anyMatch(group -> group.get("name").textOr("").equalsIgnoreCase(above.name()));
    }

    private Role role(Dynamic assignment) {
        String id = assignment.get("roleDefinitionId").textOr("");
        String name = id.substring(id.lastIndexOf('/') + 1);
        return BuiltInRoles.named(name)
                .map(BuiltInRoles.BuiltIn::role)
                .orElseGet(() ->
                        cloud.estate().ofType(DEFINITIONS).stream()
                                .filter(definition -> definition.id().name().equalsIgnoreCase(name))
                                .findFirst()
                                .map(definition -> Role.of(definition.properties()))
                                .orElse(Role.NONE));
    }

    /// What a caller may do at a scope, so that he knows before he tries: of each role its permissions, without what deny assignments take away. An action is allowed
    /// when one of them has it and does not leave it out; [#require] lets pass the same.
    ///
    /// Source: azure/role-based-access-control, Permissions - List For Resource; that the answer has denials in it is ours.
    List<Role.Permission> permissions(String caller, ResourceId scope) {
        var roles = new LinkedHashSet<Role>();
        if (Tokens.isOwner(caller)) {
            roles.add(BuiltInRoles.named(BuiltInRoles.OWNER).orElseThrow().role());
        }
        cloud.estate().ofType(ASSIGNMENTS).stream()
                .filter(a -> isOf(a, caller) && covers(a.id().scope().id(), scope))
                .map(a -> role(a.properties()))
                .forEach(roles::add);
        var denials =
                cloud.estate().ofType(DENIALS).stream()
                        .filter(d -> isFor(d, caller, scope))
                        .map(d -> Role.of(d.properties()))
                        .toList();
        var out = new LinkedHashSet<Role.Permission>();
        for (var role : roles) {
            for (var denial : denials) {
                role = role.without(denial);
            }
            out.addAll(role.permissions());
        }
        return List.copyOf(out);
    }

    /// What a role lets a caller do at a scope and below it.
    private record Grant(ResourceId assignment, Role role) {}

    /// What a caller may read, by the assignments as they stand now: to be asked outside the lock, by one thread. Empty: everything.
    Optional<Predicate<ResourceId>> reader(String caller) {
        boolean owner = Tokens.isOwner(caller);
        var denials = List.copyOf(cloud.estate().ofType(DENIALS));
        if (owner && denials.isEmpty()) {
            return Optional.empty();
        }
        var grants =
                cloud.estate().ofType(ASSIGNMENTS).stream()
                        .filter(a -> isOf(a, caller))
                        .map(a -> new Grant(a.id(), role(a.properties())))
                        .toList();
        var byType = new HashMap<String, List<Grant>>();
        return Optional.of(id -> {
            String action = id.type().text() + "/read";
            if (denials.stream().anyMatch(d -> denies(d, caller, action, id))) {
                return false;
            }
            return owner
                    || byType
                            .computeIfAbsent(
                                    action,
                                    _ ->
                                            grants.stream()
                                                    .filter(g -> g.role().allows(action))
                                                    .toList())
                            .stream()
                            .anyMatch(g -> covers(g.assignment().scope().id(), id))
                    || id.isOfType("microsoft.resources/subscriptions")
                            && grants.stream()
                                    .anyMatch(g ->
                                            g.assignment()
                                                    .subscriptionId()
                                                    .equals(id.subscriptionId()));
        });
    }

    /// Whether a caller may put a version on a machine: read on version, application or gallery, or the gallery is shared with the machine's subscription, its
    /// tenant or everybody.
    boolean canUse(String caller, ApplicationReference reference, ResourceId machine) {
        if (may(
                caller,
                "Microsoft.Compute/galleries/applications/versions/read",
                reference.versionId())) {
            return true;
        }
        var gallery = cloud.estate().find(reference.galleryId());
        if (gallery.isEmpty()) {
            return true;
        }
        var sharing = gallery.get().properties().get("sharingProfile");
        return switch (sharing.get("permissions").textOr("Private").toLowerCase(Locale.ROOT)) {
            case "community" -> GallerySharing.isCommunity(sharing);
            case "groups" ->
                    GallerySharing.isSharedWith(sharing, machine, false)
                            || GallerySharing.isSharedWith(sharing, machine, true);
            default -> false;
        };
    }
}
