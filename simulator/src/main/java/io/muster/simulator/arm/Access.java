package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Who may do what: role assignments of the estate at a scope or above it, and galleries shared directly or with everybody. The owner may do everything.
///
/// Source: azure/role-based-access-control/built-in-roles.
final class Access {
    private static final String ASSIGNMENTS = "microsoft.authorization/roleassignments";
    private static final String DEFINITIONS = "microsoft.authorization/roledefinitions";
    private static final String DENIALS = "microsoft.authorization/denyassignments";

    /// The principal of deny assignments that mean everybody.
    private static final String EVERYBODY = "00000000-0000-0000-0000-000000000000";

    /// @param actions with `*` for any text
    private record Role(List<String> actions, List<String> notActions) {
        boolean allows(String action) {
            return actions.stream().anyMatch(a -> matches(a, action))
                    && notActions.stream().noneMatch(a -> matches(a, action));
        }

        private static boolean matches(String pattern, String action) {
            return Pattern.compile(
                            Pattern.quote(pattern).replace("*", "\\E.*\\Q"),
                            Pattern.CASE_INSENSITIVE)
                    .matcher(action)
                    .matches();
        }
    }

    private static final Map<String, Role> BUILT_IN =
            Map.of(
                    // Owner, Contributor, Reader, Virtual Machine Contributor
                    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", new Role(List.of("*"), List.of()),
                    "b24988ac-6180-42a0-ab88-20f7382dd24c",
                            new Role(
                                    List.of("*"),
                                    List.of(
                                            "Microsoft.Authorization/*/delete",
                                            "Microsoft.Authorization/*/write",
                                            "Microsoft.Authorization/elevateAccess/action",
                                            "Microsoft.Compute/galleries/share/action")),
                    "acdd72a7-3385-48ef-bd42-f606fba81ae7", new Role(List.of("*/read"), List.of()),
                    "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
                            new Role(
                                    List.of(
                                            "Microsoft.Authorization/*/read",
                                            "Microsoft.Compute/availabilitySets/*",
                                            "Microsoft.Compute/locations/*",
                                            "Microsoft.Compute/virtualMachines/*",
                                            "Microsoft.Compute/virtualMachineScaleSets/*",
                                            "Microsoft.Compute/disks/read",
                                            "Microsoft.Compute/disks/write",
                                            "Microsoft.Compute/disks/delete",
                                            "Microsoft.Network/*/read",
                                            "Microsoft.Network/*/join/action",
                                            "Microsoft.Resources/deployments/*",
                                            "Microsoft.Resources/subscriptions/resourceGroups/read",
                                            "Microsoft.Storage/storageAccounts/read"),
                                    List.of()));

    private final Cloud cloud;

    Access(Cloud cloud) {
        this.cloud = cloud;
    }

    /// Refuses what the caller has no right to.
    ///
    /// @param suffix `read`, `write`, `delete` or `{word}/action`
    void require(ArmRequest request, ResourceId id, String suffix) {
        String caller = Tokens.caller(request);
        String action = id.type().text() + "/" + suffix;
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

    boolean may(String caller, String action, ResourceId id) {
        return isGranted(caller, action, id) && denial(caller, action, id).isEmpty();
    }

    /// The deny assignment that takes an action away, whatever roles grant it; of the owner too.
    private Optional<StoredResource> denial(String caller, String action, ResourceId id) {
        return cloud.estate().ofType(DENIALS).stream()
                .filter(d -> denies(d, caller, action, id))
                .findFirst();
    }

    private boolean denies(StoredResource denial, String caller, String action, ResourceId id) {
        var is = denial.properties();
        String scope = denial.id().scope().id();
        return (is.get("doNotApplyToChildScopes").boolOr(false)
                        ? scope.equalsIgnoreCase(id.text())
                        : covers(scope, id))
                && names(is.get("principals"), caller, true)
                && !names(is.get("excludePrincipals"), caller, false)
                && permissions(is).allows(action);
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
                        .filter(a ->
                                a.properties()
                                        .get("principalId")
                                        .textOr("")
                                        .equalsIgnoreCase(caller))
                        .filter(a -> covers(a.id().scope().id(), id))
                        .anyMatch(a -> role(a.properties()).allows(action));
    }

    /// Whether a caller has a role at a subscription, above it or anywhere in it.
    boolean isVisible(String caller, ResourceId subscription) {
        return may(caller, "Microsoft.Resources/subscriptions/read", subscription)
                || cloud.estate().ofType(ASSIGNMENTS).stream()
                        .anyMatch(a ->
                                a.properties()
                                                .get("principalId")
                                                .textOr("")
                                                .equalsIgnoreCase(caller)
                                        && a.id().subscriptionId()
                                                .equals(subscription.subscriptionId()));
    }

    private boolean covers(String scope, ResourceId id) {
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
        return id
                .subscriptionId()
                .flatMap(s -> cloud.estate().find(ResourceId.parse("/subscriptions/" + s)))
                .stream()
                .flatMap(s -> s.properties().get("managementGroupAncestorsChain").items().stream())
                .anyMatch(group -> group.get("name").textOr("").equalsIgnoreCase(above.name()));
    }

    private Role role(Dynamic assignment) {
        String id = assignment.get("roleDefinitionId").textOr("");
        String name = id.substring(id.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        var known = BUILT_IN.get(name);
        if (known != null) {
            return known;
        }
        return cloud.estate().ofType(DEFINITIONS).stream()
                .filter(definition -> definition.id().name().equalsIgnoreCase(name))
                .findFirst()
                .map(definition -> permissions(definition.properties()))
                .orElse(new Role(List.of(), List.of()));
    }

    private static Role permissions(Dynamic properties) {
        var actions = new ArrayList<String>();
        var notActions = new ArrayList<String>();
        for (var permission : properties.get("permissions").items()) {
            permission.get("actions").items().forEach(a -> actions.add(a.textOr("")));
            permission.get("notActions").items().forEach(a -> notActions.add(a.textOr("")));
        }
        return new Role(actions, notActions);
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
            case "community" -> true;
            case "groups" -> isSharedWith(sharing, machine);
            default -> false;
        };
    }

    private static boolean isSharedWith(Dynamic sharing, ResourceId machine) {
        for (var group : sharing.get("groups").items()) {
            boolean tenants = group.get("type").textOr("").equalsIgnoreCase("AADTenants");
            for (var id : group.get("ids").items()) {
                String shared = id.textOr("");
                if (tenants
                        ? shared.equalsIgnoreCase(Tokens.TENANT)
                        : machine.subscriptionId().filter(shared::equalsIgnoreCase).isPresent()) {
                    return true;
                }
            }
        }
        return false;
    }
}
