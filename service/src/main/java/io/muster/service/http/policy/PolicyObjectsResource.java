package io.muster.service.http.policy;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.policy.fault.PolicyFault;
import io.muster.service.compliance.DefinitionVersions;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.FleetCompliance.Kind;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.route.Pages;
import io.muster.service.http.wire.ErrorBody;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// Definitions, initiatives, assignments, exemptions and attestations: put, read, listed, deleted at their scopes.
@Singleton
final class PolicyObjectsResource implements ArmRoutes {
    private final FleetCompliance compliance;
    private final InstantSource clock;

    /// Held by who changes an object by what it was: of two at once the later must see the earlier.
    private final Object changing = new Object();

    PolicyObjectsResource(FleetCompliance compliance, InstantSource clock) {
        this.compliance = compliance;
        this.clock = clock;
    }

    @Override
    public List<ArmRoute> routes() {
        var routes = new ArrayList<ArmRoute>();
        for (var wire : PolicyWire.values()) {
            String collection = "{scope}" + wire.path();
            String one = collection + "/{name}";
            routes.add(ArmRoute.get(collection, call -> list(wire, call)));
            routes.add(ArmRoute.get(one, call -> get(wire, call)));
            routes.add(ArmRoute.put(one, call -> alone(() -> put(wire, call))));
            routes.add(ArmRoute.delete(one, call -> alone(() -> delete(wire, call))));
        }
        for (var wire : List.of(PolicyWire.ASSIGNMENT, PolicyWire.EXEMPTION)) {
            routes.add(
                    ArmRoute.patch(
                            "{scope}" + wire.path() + "/{name}",
                            call -> alone(() -> patch(wire, call))));
        }
        return routes;
    }

    private interface Change {
        ArmAnswer make() throws ArmException;
    }

    private ArmAnswer alone(Change change) throws ArmException {
        synchronized (changing) {
            return change.make();
        }
    }

    private static String idOf(PolicyWire wire, ArmCall call) throws ArmException {
        return wire.id(call.scope(), call.name("name"));
    }

    private ArmAnswer get(PolicyWire wire, ArmCall call) throws ArmException {
        return ArmAnswer.ok(shown(wire, known(wire, call)));
    }

    private Dynamic known(PolicyWire wire, ArmCall call) throws ArmException {
        var found = compliance.find(idOf(wire, call));
        if (found.isEmpty()) {
            throw wire.missing(call.name("name"));
        }
        return found.get();
    }

    private Dynamic shown(PolicyWire wire, Dynamic object) {
        return wire.kind().isVersioned()
                ? shown(object, compliance.versions(wire.kind(), object))
                : object;
    }

    /// A definition tells its version and which others there are.
    private static Dynamic shown(Dynamic definition, List<Dynamic> versions) {
        var numbers = versions.stream().map(DefinitionVersions::version).map(Dynamic::of).toList();
        return definition.with(
                "properties",
                definition
                        .get("properties")
                        .with("version", Dynamic.of(DefinitionVersions.version(definition)))
                        .with("versions", Dynamic.array(numbers)));
    }

    private ArmAnswer put(PolicyWire wire, ArmCall call) throws ArmException {
        wire.requirePlace(call.scope(), call.name("name"));
        return kept(wire, call, call.object());
    }

    /// Each property that the body names takes the place of the one before. Azure describes identity, location, selectors and overrides (`PolicyAssignmentUpdate`,
    /// `PolicyExemptionUpdate`).
    private ArmAnswer patch(PolicyWire wire, ArmCall call) throws ArmException {
        var merged = known(wire, call);
        var patch = call.object();
        requireObject(patch);
        if (wire == PolicyWire.ASSIGNMENT) {
            for (String member : List.of("identity", "location")) {
                if (!patch.get(member).isNull()) {
                    merged = merged.with(member, patch.get(member));
                }
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

    private ArmAnswer kept(PolicyWire wire, ArmCall call, Dynamic body) throws ArmException {
        requireObject(body);
        var scope = call.scope();
        String id = idOf(wire, call);
        var before = compliance.find(id);
        var document =
                dated(
                        named(completed(wire, scope, id, call.name("name"), body), before),
                        before,
                        clock.instant());
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
        boolean always201 = wire == PolicyWire.DEFINITION || wire == PolicyWire.ASSIGNMENT;
        var answer = shown(wire, compliance.find(id).orElse(document));
        return before.isEmpty() || always201 ? ArmAnswer.created(answer) : ArmAnswer.ok(answer);
    }

    /// An object keeps the letters that it was made with.
    static Dynamic named(Dynamic document, Optional<Dynamic> before) {
        return before.map(
                        made -> document.with("id", made.get("id")).with("name", made.get("name")))
                .orElse(document);
    }

    static void requireObject(Dynamic body) throws ArmException {
        var properties = body.get("properties");
        if (!properties.isNull() && !(properties instanceof Dynamic.Bag)) {
            throw ArmException.badRequest(
                    "InvalidRequestContent", "The member 'properties' must be an object.");
        }
    }

    /// With the times that Azure tells of; who it was is not known, since everybody comes with the same token.
    static Dynamic dated(Dynamic document, Optional<Dynamic> before, Instant now) {
        var created = before.map(b -> b.path("systemData", "createdAt")).orElse(Dynamic.NULL);
        return document.with(
                "systemData",
                Dynamic.bag()
                        .put("createdAt", created.isNull() ? Dynamic.of(now.toString()) : created)
                        .put("lastModifiedAt", now.toString())
                        .build());
    }

    /// The object as Azure gives it back: id, name, type and what it fills in.
    static Dynamic completed(PolicyWire wire, Scope scope, String id, String name, Dynamic body) {
        var members = new LinkedHashMap<String, Dynamic>();
        members.put("id", Dynamic.of(id));
        members.put("name", Dynamic.of(name));
        members.put("type", Dynamic.of(wire.type()));
        body.members().forEach(members::putIfAbsent);
        members.remove("systemData");
        var properties = members.getOrDefault("properties", Dynamic.EMPTY_BAG).without("versions");
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

    static ArmException refused(PolicyWire wire, List<Diagnostic> faults) {
        String code =
                switch (wire) {
                    case DEFINITION, SET_DEFINITION ->
                            faults.getFirst().pointer() != null
                                            && "/properties/version"
                                                    .equals(faults.getFirst().pointer())
                                    ? "InvalidPolicyDefinitionVersion"
                                    : "InvalidPolicyRule";
                    case ASSIGNMENT -> assignmentCode(faults.getFirst());
                    case EXEMPTION -> "InvalidPolicyExemption";
                    case ATTESTATION -> "InvalidAttestation";
                };
        var details = faults.stream().map(f -> ErrorBody.Detail.of(f.code(), place(f))).toList();
        return new ArmException(
                400,
                code,
                "The %s is invalid: %s".formatted(wire.words(), faults.getFirst().message()),
                faults.getFirst().pointer(),
                details);
    }

    private static String assignmentCode(Diagnostic fault) {
        if (fault.code().equals(PolicyFault.MISSING_PARAMETER_VALUE.code())) {
            return "MissingPolicyParameter";
        }
        return fault.code().equals(PolicyFault.UNDEFINED_PARAMETER_VALUE.code())
                ? "UndefinedPolicyParameter"
                : "InvalidPolicyParameters";
    }

    private static String place(Diagnostic fault) {
        return Optional.ofNullable(fault.pointer()).map(p -> p + ": ").orElse("") + fault.message();
    }

    private ArmAnswer delete(PolicyWire wire, ArmCall call) throws ArmException {
        String id = idOf(wire, call);
        var before = compliance.find(id);
        if (before.isEmpty()) {
            return ArmAnswer.empty(204);
        }
        if (wire.kind() == Kind.DEFINITION || wire.kind() == Kind.SET_DEFINITION) {
            requireUnused(id);
        }
        compliance.delete(id);
        // Of these alone Azure answers what was.
        return wire == PolicyWire.ASSIGNMENT ? ArmAnswer.ok(before.get()) : ArmAnswer.empty(200);
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
        // Of any version: one that is not the latest may be asked for.
        var sets =
                compliance.everyVersion(Kind.SET_DEFINITION).values().stream()
                        .flatMap(List::stream)
                        .toList();
        for (var set : sets) {
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

    private ArmAnswer list(PolicyWire wire, ArmCall call) throws ArmException {
        var wanted = ObjectFilter.parse(call.parameter("$filter").orElse(""));
        var inScope = PolicyLists.inScope(call, compliance, wanted);
        var now = clock.instant();
        var objects =
                wire.kind().isVersioned()
                        ? compliance.everyVersion(wire.kind()).values().stream()
                                .map(versions -> shown(versions.getFirst(), versions))
                                .toList()
                        : compliance.all(wire.kind());
        var values =
                objects.stream()
                        .filter(object -> inScope.test(wire.scopeOf(object)))
                        .filter(object -> wanted.test(object, now))
                        .toList();
        return Pages.of(call, values, PolicyLists.MAX_TOP, PolicyLists.PAGE);
    }
}
