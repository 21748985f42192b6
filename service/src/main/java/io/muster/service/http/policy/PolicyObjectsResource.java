package io.muster.service.http.policy;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.FleetCompliance.Kind;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.wire.ErrorBody;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/// Definitions, initiatives, assignments, exemptions and attestations: put, read, listed, deleted at their scopes.
@Singleton
final class PolicyObjectsResource implements ArmRoutes {
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";

    /// A kind of object on the wire.
    ///
    /// @param collection as the path spells it
    /// @param maxName characters of a name
    private record Wire(Kind kind, String collection, String notFound, int maxName) {
        String provider() {
            return kind == Kind.ATTESTATION
                    ? "Microsoft.PolicyInsights"
                    : "Microsoft.Authorization";
        }

        /// What stands between a scope and a name.
        String path() {
            return "/providers/" + provider() + "/" + collection;
        }

        String type() {
            return provider() + "/" + collection;
        }
    }

    private static final List<Wire> WIRES =
            List.of(
                    new Wire(Kind.DEFINITION, "policyDefinitions", "PolicyDefinitionNotFound", 64),
                    new Wire(
                            Kind.SET_DEFINITION,
                            "policySetDefinitions",
                            "PolicySetDefinitionNotFound",
                            64),
                    new Wire(Kind.ASSIGNMENT, "policyAssignments", "PolicyAssignmentNotFound", 64),
                    new Wire(Kind.EXEMPTION, "policyExemptions", "PolicyExemptionNotFound", 64),
                    new Wire(Kind.ATTESTATION, "attestations", "ResourceNotFound", 260));

    private final FleetCompliance compliance;
    private final InstantSource clock;

    PolicyObjectsResource(FleetCompliance compliance, InstantSource clock) {
        this.compliance = compliance;
        this.clock = clock;
    }

    @Override
    public List<ArmRoute> routes() {
        var routes = new ArrayList<ArmRoute>();
        for (var wire : WIRES) {
            String collection = "{scope}" + wire.path();
            String one = collection + "/{name}";
            routes.add(ArmRoute.get(collection, call -> list(wire, call)));
            routes.add(ArmRoute.get(one, call -> get(wire, call)));
            routes.add(ArmRoute.put(one, call -> put(wire, call)));
            routes.add(ArmRoute.delete(one, call -> delete(wire, call)));
        }
        routes.add(
                ArmRoute.patch(
                        "{scope}" + AUTHORIZATION + "policyAssignments/{name}", this::patch));
        return routes;
    }

    private static String idOf(Wire wire, ArmCall call) throws ArmException {
        return call.scope().id() + wire.path() + "/" + call.name("name");
    }

    private ArmAnswer get(Wire wire, ArmCall call) throws ArmException {
        return ArmAnswer.ok(known(wire, call));
    }

    private Dynamic known(Wire wire, ArmCall call) throws ArmException {
        var found = compliance.find(idOf(wire, call));
        if (found.isEmpty()) {
            throw new ArmException(
                    404,
                    wire.notFound(),
                    "The %s '%s' could not be found.".formatted(words(wire), call.name("name")));
        }
        return found.get();
    }

    private static String words(Wire wire) {
        return switch (wire.kind()) {
            case DEFINITION -> "policy definition";
            case SET_DEFINITION -> "policy set definition";
            case ASSIGNMENT -> "policy assignment";
            case EXEMPTION -> "policy exemption";
            case ATTESTATION -> "attestation";
        };
    }

    private ArmAnswer put(Wire wire, ArmCall call) throws ArmException {
        String name = call.name("name");
        if (name.length() > wire.maxName()) {
            throw ArmException.badRequest(
                    "InvalidRequestUri",
                    "The name '%s' is longer than %d characters.".formatted(name, wire.maxName()));
        }
        return kept(wire, call, call.object());
    }

    private ArmAnswer patch(ArmCall call) throws ArmException {
        var wire = WIRES.get(2);
        var before = known(wire, call);
        var patch = call.object();
        var merged = before;
        for (String member : List.of("identity", "location")) {
            if (!patch.get(member).isNull()) {
                merged = merged.with(member, patch.get(member));
            }
        }
        for (var property : patch.get("properties").members().entrySet()) {
            merged =
                    merged.with(
                            "properties",
                            merged.get("properties").with(property.getKey(), property.getValue()));
        }
        kept(wire, call, merged);
        return ArmAnswer.ok(known(wire, call));
    }

    private ArmAnswer kept(Wire wire, ArmCall call, Dynamic body) throws ArmException {
        var scope = call.scope();
        String id = idOf(wire, call);
        boolean isNew = compliance.find(id).isEmpty();
        var document = completed(wire, scope, id, call.name("name"), body);
        if (wire.kind() == Kind.ASSIGNMENT) {
            requireDefinition(document);
        }
        if (wire.kind() == Kind.ATTESTATION) {
            requireAssignment(document);
        }
        var faults = compliance.put(wire.kind(), document);
        if (!faults.isEmpty()) {
            throw refused(wire, faults);
        }
        // Azure answers 201 to definitions and assignments whether new or not; 200 to a changed set
        // or exemption.
        boolean always201 = wire.kind() == Kind.DEFINITION || wire.kind() == Kind.ASSIGNMENT;
        return isNew || always201 ? ArmAnswer.created(document) : ArmAnswer.ok(document);
    }

    /// The object as Azure gives it back: id, name, type and what it fills in.
    private static Dynamic completed(Wire wire, Scope scope, String id, String name, Dynamic body) {
        var members = new LinkedHashMap<String, Dynamic>();
        members.put("id", Dynamic.of(id));
        members.put("name", Dynamic.of(name));
        members.put("type", Dynamic.of(wire.type()));
        body.members().forEach(members::putIfAbsent);
        var properties = members.getOrDefault("properties", Dynamic.EMPTY_BAG);
        switch (wire.kind()) {
            case DEFINITION -> {
                properties = withDefault(properties, "policyType", "Custom");
                properties = withDefault(properties, "mode", "Indexed");
            }
            case SET_DEFINITION -> properties = withDefault(properties, "policyType", "Custom");
            case ASSIGNMENT -> {
                properties = properties.with("scope", Dynamic.of(scope.id()));
                properties = withDefault(properties, "enforcementMode", "Default");
                var identity = members.getOrDefault("identity", Dynamic.NULL);
                if (identity.get("type").textOr("").equalsIgnoreCase("SystemAssigned")
                        && identity.get("principalId").isNull()) {
                    // Derived from the id: the same assignment keeps its principal.
                    String principal =
                            UUID.nameUUIDFromBytes(
                                            id.toLowerCase(Locale.ROOT)
                                                    .getBytes(StandardCharsets.UTF_8))
                                    .toString();
                    members.put("identity", identity.with("principalId", Dynamic.of(principal)));
                }
            }
            case EXEMPTION -> {}
            case ATTESTATION -> {
                properties = withDefault(properties, "complianceState", "Unknown");
                properties = properties.with("provisioningState", Dynamic.of("Succeeded"));
            }
        }
        members.put("properties", properties);
        return new Dynamic.Bag(members);
    }

    private static Dynamic withDefault(Dynamic properties, String name, String value) {
        return properties.get(name).isNull()
                ? properties.with(name, Dynamic.of(value))
                : properties;
    }

    private void requireAssignment(Dynamic attestation) throws ArmException {
        String id = attestation.path("properties", "policyAssignmentId").textOr("");
        if (compliance.current().engine().catalog().assignment(id).isEmpty()) {
            throw ArmException.badRequest(
                    "InvalidAttestation",
                    "The policy assignment '%s' that the attestation names could not be found."
                            .formatted(id));
        }
    }

    private void requireDefinition(Dynamic assignment) throws ArmException {
        String id = assignment.path("properties", "policyDefinitionId").textOr("");
        var catalog = compliance.current().engine().catalog();
        if (catalog.definition(id).isEmpty() && catalog.set(id, null).isEmpty()) {
            boolean set = id.toLowerCase(Locale.ROOT).contains("/policysetdefinitions/");
            throw new ArmException(
                    404,
                    set ? "PolicySetDefinitionNotFound" : "PolicyDefinitionNotFound",
                    "The %s '%s' could not be found."
                            .formatted(set ? "policy set definition" : "policy definition", id));
        }
    }

    private static ArmException refused(Wire wire, List<Diagnostic> faults) {
        String code =
                switch (wire.kind()) {
                    case DEFINITION, SET_DEFINITION -> "InvalidPolicyRule";
                    case ASSIGNMENT -> "InvalidPolicyParameters";
                    case EXEMPTION -> "InvalidPolicyExemption";
                    case ATTESTATION -> "InvalidAttestation";
                };
        var details = faults.stream().map(f -> ErrorBody.Detail.of(f.code(), place(f))).toList();
        return new ArmException(
                400,
                code,
                "The %s is invalid: %s".formatted(words(wire), faults.getFirst().message()),
                faults.getFirst().pointer(),
                details);
    }

    private static String place(Diagnostic fault) {
        return Optional.ofNullable(fault.pointer()).map(p -> p + ": ").orElse("") + fault.message();
    }

    private ArmAnswer delete(Wire wire, ArmCall call) throws ArmException {
        String id = idOf(wire, call);
        var before = compliance.find(id);
        if (before.isEmpty()) {
            return ArmAnswer.empty(204);
        }
        if (wire.kind() == Kind.DEFINITION || wire.kind() == Kind.SET_DEFINITION) {
            requireUnused(id);
        }
        compliance.delete(id);
        return ArmAnswer.ok(before.get());
    }

    private void requireUnused(String id) throws ArmException {
        for (var assignment : compliance.all(Kind.ASSIGNMENT)) {
            if (assignment
                    .path("properties", "policyDefinitionId")
                    .textOr("")
                    .equalsIgnoreCase(id)) {
                throw new ArmException(
                        409,
                        "PolicyDefinitionInUse",
                        "'%s' is used by the assignment '%s'."
                                .formatted(id, assignment.get("id").textOr("")));
            }
        }
        for (var set : compliance.all(Kind.SET_DEFINITION)) {
            for (var member : set.path("properties", "policyDefinitions").items()) {
                if (member.get("policyDefinitionId").textOr("").equalsIgnoreCase(id)) {
                    throw new ArmException(
                            409,
                            "PolicyDefinitionInUse",
                            "'%s' is used by the policy set definition '%s'."
                                    .formatted(id, set.get("id").textOr("")));
                }
            }
        }
    }

    /// Objects at the scope, above it and below it, unless `$filter` says `atScope()` (not below) or `atExactScope()`.
    private ArmAnswer list(Wire wire, ArmCall call) throws ArmException {
        String filter = call.parameter("$filter").orElse("");
        String scope = call.scope().id().toLowerCase(Locale.ROOT);
        var hierarchy = compliance.current().engine().catalog().hierarchy();
        var ancestors =
                hierarchy
                        .ancestors(
                                call.scope() instanceof Scope.ManagementGroup
                                        ? call.scope()
                                        : subscriptionOf(call.scope()))
                        .stream()
                        .map(name ->
                                "/providers/microsoft.management/managementgroups/"
                                        + name.toLowerCase(Locale.ROOT))
                        .toList();
        var wanted = ObjectFilter.parse(filter);
        Predicate<String> inScope =
                at -> {
                    boolean exact = at.equals(scope);
                    boolean above =
                            exact
                                    || at.isEmpty()
                                    || scope.startsWith(at + "/")
                                    || ancestors.contains(at);
                    boolean below = at.startsWith(scope + "/") || scope.isEmpty();
                    return wanted.atExactScope() ? exact : above || below && !wanted.atScope();
                };
        int top = call.intParameter("$top", 1, 1000).orElse(Integer.MAX_VALUE);
        var values =
                compliance.all(wire.kind()).stream()
                        .filter(object -> inScope.test(scopeOf(wire, object)))
                        .filter(object -> wanted.test(object, clock.instant()))
                        .limit(top)
                        .toList();
        return ArmAnswer.ok(Dynamic.bag().put("value", Dynamic.array(values)).build());
    }

    private static Scope subscriptionOf(Scope scope) {
        String[] segments = scope.id().split("/");
        return segments.length > 2 && segments[1].equalsIgnoreCase("subscriptions")
                ? new Scope.Subscription(segments[2])
                : scope;
    }

    private static String scopeOf(Wire wire, Dynamic object) {
        String id = object.get("id").textOr("").toLowerCase(Locale.ROOT);
        int at = id.lastIndexOf(wire.path().toLowerCase(Locale.ROOT));
        return at < 0 ? "" : id.substring(0, at);
    }
}
