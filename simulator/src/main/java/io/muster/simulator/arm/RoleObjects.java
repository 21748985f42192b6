package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Role definitions and assignments: what is refused when one is written, and their lists, which have the ones above a scope as well. Guarded by the simulator's lock.
///
/// Source: azure/role-based-access-control/troubleshooting, and its REST pages.
final class RoleObjects {
    private static final String ASSIGNMENTS = "microsoft.authorization/roleassignments";
    private static final String DEFINITIONS = "microsoft.authorization/roledefinitions";
    private static final String DENIALS = "microsoft.authorization/denyassignments";
    private static final Pattern GUID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);
    private static final Pattern LIST =
            Pattern.compile(
                    "(.*)/providers/microsoft\\.authorization/(roleassignments|roledefinitions)",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern EQUALS =
            Pattern.compile("(\\w+)\\s+eq\\s+'([^']*)'", Pattern.CASE_INSENSITIVE);
    private static final Pattern ASSIGNED_TO =
            Pattern.compile("assignedTo\\('([^']*)'\\)", Pattern.CASE_INSENSITIVE);

    private final Cloud cloud;
    private final Access access;

    RoleObjects(Cloud cloud, Access access) {
        this.cloud = cloud;
        this.access = access;
    }

    static boolean isRoleObject(ResourceId id) {
        return id.isOfType(ASSIGNMENTS) || id.isOfType(DEFINITIONS);
    }

    /// Deny assignments are Azure's own: nobody writes them or takes them away.
    ///
    /// Source: azure/role-based-access-control/deny-assignments.
    static void requireWritable(ArmRequest request, ResourceId id) {
        if (id.isOfType(DENIALS)) {
            throw new ArmFault(
                    405,
                    "MethodNotAllowed",
                    "The method '"
                            + request.method()
                            + "' is not allowed: deny assignments cannot be created, changed or"
                            + " deleted directly.");
        }
    }

    static boolean isList(String path) {
        return LIST.matcher(path).matches();
    }

    /// The built-in role that an id names; it is at every scope.
    Optional<Dynamic> builtIn(ResourceId id) {
        return id.isOfType(DEFINITIONS)
                ? BuiltInRoles.named(id.name()).map(BuiltInRoles.BuiltIn::json)
                : Optional.empty();
    }

    /// Refuses a write that Azure refuses; what is to be stored.
    Dynamic checked(ResourceId id, Dynamic json) {
        if (!GUID.matcher(id.name()).matches()) {
            throw id.isOfType(ASSIGNMENTS)
                    ? ArmFault.badRequest(
                            "InvalidRoleAssignmentId",
                            "The role assignment ID '"
                                    + id.name()
                                    + "' is not valid. The role assignment ID must be a GUID.")
                    : ArmFault.badRequest(
                            "InvalidRoleDefinitionId",
                            "The role definition ID '"
                                    + id.name()
                                    + "' is not valid. The role definition ID must be a GUID.");
        }
        return id.isOfType(ASSIGNMENTS) ? assignment(id, json) : definition(id, json);
    }

    private Dynamic assignment(ResourceId id, Dynamic json) {
        var is = json.get("properties");
        String principal = is.get("principalId").textOr("");
        String role = roleName(is);
        if (principal.isEmpty() || role.isEmpty()) {
            throw ArmFault.badRequest(
                    "BadRequestFormat",
                    "The request was incorrectly formatted: 'principalId' and 'roleDefinitionId'"
                            + " are required.");
        }
        if (BuiltInRoles.named(role).isEmpty()
                && cloud.estate().ofType(DEFINITIONS).stream()
                        .noneMatch(d -> d.id().name().equalsIgnoreCase(role))) {
            throw ArmFault.badRequest(
                    "RoleDefinitionDoesNotExist",
                    "The specified role definition with ID '" + role + "' does not exist.");
        }
        var before = cloud.estate().find(id);
        if (before.isPresent() && !isSame(before.get().properties(), principal, role)) {
            throw ArmFault.badRequest(
                    "RoleAssignmentUpdateNotPermitted",
                    "Tenant ID, application ID, principal ID, and scope are not allowed to be"
                            + " updated.");
        }
        if (cloud.estate().ofType(ASSIGNMENTS).stream()
                .anyMatch(a ->
                        !a.id().equals(id)
                                && a.id().scope().equals(id.scope())
                                && isSame(a.properties(), principal, role))) {
            throw new ArmFault(409, "RoleAssignmentExists", "The role assignment already exists.");
        }
        if (before.isEmpty()) {
            requireRoom(id);
        }
        return json.with(
                "properties",
                is.with("scope", Dynamic.of(scope(id)))
                        .with("principalType", Dynamic.of(is.get("principalType").textOr("User"))));
    }

    /// Those of a subscription count together, on whatever in it they are; those of a management group are its own.
    private void requireRoom(ResourceId id) {
        var subscription = id.subscriptionId();
        boolean group = id.scope() instanceof Scope.ManagementGroup;
        if (subscription.isEmpty() && !group) {
            return;
        }
        var limits = cloud.settings().azureLimits();
        int most =
                group
                        ? limits.roleAssignmentsPerManagementGroup()
                        : limits.roleAssignmentsPerSubscription();
        long there =
                cloud.estate().ofType(ASSIGNMENTS).stream()
                        .filter(a ->
                                group
                                        ? a.id().scope().equals(id.scope())
                                        : a.id().subscriptionId()
                                                .filter(subscription.get()::equalsIgnoreCase)
                                                .isPresent())
                        .count();
        if (there >= most) {
            throw ArmFault.badRequest(
                    "RoleAssignmentLimitExceeded",
                    "No more role assignments can be created (code: RoleAssignmentLimitExceeded)."
                            + " The limit is "
                            + most
                            + ".");
        }
    }

    private static String scope(ResourceId id) {
        return id.scope() instanceof Scope.Tenant ? "/" : id.scope().id();
    }

    private static boolean isSame(Dynamic assignment, String principal, String role) {
        return assignment.get("principalId").textOr("").equalsIgnoreCase(principal)
                && roleName(assignment).equalsIgnoreCase(role);
    }

    private static String roleName(Dynamic assignment) {
        String id = assignment.get("roleDefinitionId").textOr("");
        return id.substring(id.lastIndexOf('/') + 1);
    }

    private Dynamic definition(ResourceId id, Dynamic json) {
        if (BuiltInRoles.named(id.name()).isPresent()) {
            throw ArmFault.badRequest(
                    "RoleDefinitionCannotBeUpdated", "Built-in roles cannot be changed.");
        }
        var is = json.get("properties");
        String name = is.get("roleName").textOr("");
        if (name.isEmpty()
                || is.get("permissions").items().isEmpty()
                || is.get("assignableScopes").items().isEmpty()) {
            throw ArmFault.badRequest(
                    "InvalidRoleDefinition",
                    "A custom role needs 'roleName', 'permissions' and 'assignableScopes'.");
        }
        if (BuiltInRoles.all().stream().anyMatch(r -> r.roleName().equalsIgnoreCase(name))
                || cloud.estate().ofType(DEFINITIONS).stream()
                        .anyMatch(d ->
                                !d.id().name().equalsIgnoreCase(id.name())
                                        && d.properties()
                                                .get("roleName")
                                                .textOr("")
                                                .equalsIgnoreCase(name))) {
            throw new ArmFault(
                    409,
                    "RoleDefinitionWithSameNameExists",
                    "A custom role with the name '" + name + "' already exists.");
        }
        return json.with("properties", is.with("type", Dynamic.of("CustomRole")));
    }

    /// Refuses to delete a role that is assigned.
    void requireUnused(ResourceId id) {
        if (id.isOfType(DEFINITIONS)
                && cloud.estate().ofType(ASSIGNMENTS).stream()
                        .anyMatch(a -> roleName(a.properties()).equalsIgnoreCase(id.name()))) {
            throw ArmFault.badRequest(
                    "RoleDefinitionHasAssignments",
                    "There are existing role assignments referencing role (code:"
                            + " RoleDefinitionHasAssignments)");
        }
    }

    /// Those of a scope, above it and, unless the filter says otherwise, below it.
    ArmResponse list(ArmRequest request) {
        var path = LIST.matcher(request.path());
        if (!path.matches()) {
            throw new ArmFault(404, "NotFound", "There is nothing at '" + request.path() + "'.");
        }
        var scope = ResourceId.tryParse(path.group(1));
        scope.ifPresent(cloud::requireContainer);
        String type = "microsoft.authorization/" + path.group(2).toLowerCase(Locale.ROOT);
        boolean definitions = type.equals(DEFINITIONS);
        var filter = filter(request.parameter("$filter").orElse(""));
        String caller = Tokens.caller(request);
        var out = new ArrayList<Dynamic>();
        if (definitions) {
            BuiltInRoles.all().stream()
                    .map(BuiltInRoles.BuiltIn::json)
                    .filter(json -> filter.test(json))
                    .forEach(out::add);
        }
        for (var stored : cloud.estate().ofType(type)) {
            if (reaches(stored, scope, !filter.atScope())
                    && filter.test(stored.json())
                    && access.may(caller, stored.id().type().text() + "/read", stored.id())) {
                out.add(stored.json());
            }
        }
        return cloud.page(request, out);
    }

    private boolean reaches(StoredResource stored, Optional<ResourceId> scope, boolean below) {
        return scope.isEmpty()
                || access.covers(stored.id().scope().id(), scope.get())
                || below && isBelow(stored, scope);
    }

    private static boolean isBelow(StoredResource stored, Optional<ResourceId> scope) {
        return scope.isPresent()
                && ResourceId.tryParse(stored.id().scope().id())
                        .filter(s -> s.isUnder(scope.get()) && !s.equals(scope.get()))
                        .isPresent();
    }

    /// @param atScope nothing from below the scope
    private record Filter(boolean atScope, List<Predicate<Dynamic>> terms) {
        boolean test(Dynamic json) {
            return terms.stream().allMatch(term -> term.test(json));
        }
    }

    private static Filter filter(String text) {
        boolean atScope = false;
        var terms = new ArrayList<Predicate<Dynamic>>();
        for (String part : text.isBlank() ? new String[0] : text.strip().split("(?i)\\s+and\\s+")) {
            String term = part.strip();
            var equals = EQUALS.matcher(term);
            var assignedTo = ASSIGNED_TO.matcher(term);
            if (term.equalsIgnoreCase("atScope()")) {
                atScope = true;
            } else if (assignedTo.matches()) {
                terms.add(is("principalId", assignedTo.group(1)));
            } else if (equals.matches() && known(equals.group(1)).isPresent()) {
                terms.add(is(known(equals.group(1)).get(), equals.group(2)));
            } else if (!term.equalsIgnoreCase("atScopeAndBelow()")) {
                throw ArmFault.badRequest(
                        "InvalidFilterInQueryString",
                        "Invalid $filter '" + text + "' specified in the query string.");
            }
        }
        return new Filter(atScope, terms);
    }

    private static Optional<String> known(String name) {
        return List.of("principalId", "roleName", "type", "roleDefinitionId").stream()
                .filter(name::equalsIgnoreCase)
                .findFirst();
    }

    private static Predicate<Dynamic> is(String name, String value) {
        return json -> json.path("properties", name).textOr("").equalsIgnoreCase(value);
    }
}
