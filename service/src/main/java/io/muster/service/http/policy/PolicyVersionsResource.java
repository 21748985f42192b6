package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.service.compliance.DefinitionVersions;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.route.Pages;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Versions of definitions and initiatives. Source: authorization-policyDefinitionVersions- and -policySetDefinitionVersions-2024-05-01.
@Singleton
final class PolicyVersionsResource implements ArmRoutes {
    private static final Pattern VERSION =
            Pattern.compile("\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}(-[A-Za-z0-9.-]{1,40})?");

    private final FleetCompliance compliance;
    private final InstantSource clock;

    PolicyVersionsResource(FleetCompliance compliance, InstantSource clock) {
        this.compliance = compliance;
        this.clock = clock;
    }

    @Override
    public List<ArmRoute> routes() {
        var routes = new ArrayList<ArmRoute>();
        for (var wire : List.of(PolicyWire.DEFINITION, PolicyWire.SET_DEFINITION)) {
            String all = "{scope}" + wire.path() + "/{name}/versions";
            String one = all + "/{version}";
            routes.add(ArmRoute.get(all, call -> versions(wire, call)));
            routes.add(ArmRoute.get(one, call -> ArmAnswer.ok(known(wire, call))));
            routes.add(ArmRoute.put(one, call -> put(wire, call)));
            routes.add(ArmRoute.delete(one, call -> delete(wire, call)));
            routes.add(
                    ArmRoute.post(
                            "{scope}/providers/Microsoft.Authorization/"
                                    + (wire == PolicyWire.DEFINITION
                                            ? "listPolicyDefinitionVersions"
                                            : "listPolicySetDefinitionVersions"),
                            call -> everyVersion(wire, call)));
        }
        return routes;
    }

    private List<Dynamic> kept(PolicyWire wire, ArmCall call) throws ArmException {
        var id = Dynamic.bag().put("id", wire.id(call.scope(), call.name("name"))).build();
        var versions = compliance.versions(wire.kind(), id);
        if (versions.isEmpty()) {
            throw wire.missing(call.name("name"));
        }
        return versions;
    }

    private ArmAnswer versions(PolicyWire wire, ArmCall call) throws ArmException {
        var versions = kept(wire, call).stream().map(DefinitionVersions::asVersion).toList();
        return Pages.of(call, versions, PolicyLists.MAX_TOP, PolicyLists.PAGE);
    }

    /// Of the definitions that apply at the scope: built-in ones alone where it is the tenant.
    private ArmAnswer everyVersion(PolicyWire wire, ArmCall call) throws ArmException {
        var inScope = PolicyLists.inScope(call, compliance, ObjectFilter.AT_SCOPE);
        var versions =
                compliance.everyVersion(wire.kind()).values().stream()
                        .filter(each -> inScope.test(wire.scopeOf(each.getFirst())))
                        .flatMap(List::stream)
                        .map(DefinitionVersions::asVersion)
                        .toList();
        return Pages.of(call, versions, PolicyLists.MAX_TOP, PolicyLists.PAGE);
    }

    private static Optional<Dynamic> of(List<Dynamic> versions, String version) {
        return versions.stream()
                .filter(kept -> DefinitionVersions.version(kept).equalsIgnoreCase(version))
                .findFirst();
    }

    private Dynamic known(PolicyWire wire, ArmCall call) throws ArmException {
        String version = call.name("version");
        return of(kept(wire, call), version)
                .map(DefinitionVersions::asVersion)
                .orElseThrow(() ->
                        new ArmException(
                                404,
                                wire == PolicyWire.DEFINITION
                                        ? "PolicyDefinitionVersionNotFound"
                                        : "PolicySetDefinitionVersionNotFound",
                                "The %s '%s' has no version '%s'."
                                        .formatted(wire.words(), call.name("name"), version)));
    }

    /// A version of a definition that is not there makes the definition.
    private ArmAnswer put(PolicyWire wire, ArmCall call) throws ArmException {
        var scope = call.scope();
        String name = call.name("name");
        String version = call.name("version");
        wire.requirePlace(scope, name);
        var body = call.object();
        PolicyObjectsResource.requireObject(body);
        requireVersion(version, body.path("properties", "version").textOr(version));
        String id = wire.id(scope, name);
        var versions = compliance.versions(wire.kind(), Dynamic.bag().put("id", id).build());
        var before = of(versions, version);
        var completed =
                PolicyObjectsResource.named(
                        PolicyObjectsResource.completed(wire, scope, id, name, body),
                        compliance.find(id));
        var document =
                DefinitionVersions.asVersion(
                        PolicyObjectsResource.dated(
                                completed.with(
                                        "properties",
                                        completed
                                                .get("properties")
                                                .with("version", Dynamic.of(version))),
                                before,
                                clock.instant()));
        var faults = compliance.put(wire.kind(), document);
        if (!faults.isEmpty()) {
            throw PolicyObjectsResource.refused(wire, faults);
        }
        return before.isPresent() ? ArmAnswer.ok(document) : ArmAnswer.created(document);
    }

    private static void requireVersion(String version, String said) throws ArmException {
        if (!VERSION.matcher(version).matches()) {
            throw ArmException.badRequest(
                    "InvalidPolicyDefinitionVersion",
                    "'%s' is no version of the form 1.2.3.".formatted(version));
        }
        if (!said.equals(version)) {
            throw ArmException.badRequest(
                    "InvalidPolicyDefinitionVersion",
                    "The body is of the version '%s', the path of '%s'.".formatted(said, version));
        }
    }

    private ArmAnswer delete(PolicyWire wire, ArmCall call) throws ArmException {
        String id = wire.id(call.scope(), call.name("name"));
        String version = call.name("version");
        var versions = compliance.versions(wire.kind(), Dynamic.bag().put("id", id).build());
        if (of(versions, version).isEmpty()) {
            return ArmAnswer.empty(204);
        }
        if (versions.size() == 1) {
            throw new ArmException(
                    409,
                    "PolicyDefinitionVersionInUse",
                    "'%s' is the only version: delete the %s itself."
                            .formatted(version, wire.words()));
        }
        requireUnasked(wire, id, version);
        compliance.delete(id + "/versions/" + version);
        return ArmAnswer.empty(200);
    }

    /// Whoever asks for versions of a pattern would get one that it does not allow, or another than it was decided for.
    private void requireUnasked(PolicyWire wire, String id, String version) throws ArmException {
        var catalog = compliance.current().engine().catalog();
        for (var assignment : catalog.assignments()) {
            refuse(
                    wire,
                    catalog,
                    new Use(
                            assignment.policyDefinitionId(),
                            assignment.definitionVersion(),
                            "assignment '%s'".formatted(assignment.id())),
                    id,
                    version);
        }
        for (var set : catalog.sets()) {
            for (var member : set.members()) {
                refuse(
                        wire,
                        catalog,
                        new Use(
                                member.definitionId(),
                                member.definitionVersion(),
                                "policy set definition '%s'".formatted(set.id())),
                        id,
                        version);
            }
        }
    }

    /// @param pattern of versions; null where the latest is meant, whichever that is
    private record Use(String definitionId, @Nullable String pattern, String by) {}

    private static void refuse(
            PolicyWire wire, PolicyCatalog catalog, Use use, String id, String version)
            throws ArmException {
        if (use.pattern() == null || !use.definitionId().equalsIgnoreCase(id)) {
            return;
        }
        String taken =
                (wire == PolicyWire.DEFINITION
                                ? catalog.definition(id, use.pattern()).map(d -> d.version())
                                : catalog.set(id, use.pattern()).map(s -> s.version()))
                        .orElse("");
        if (Objects.equals(taken.toLowerCase(Locale.ROOT), version.toLowerCase(Locale.ROOT))) {
            throw new ArmException(
                    409,
                    "PolicyDefinitionVersionInUse",
                    "The version '%s' is what the %s takes by '%s'."
                            .formatted(version, use.by(), use.pattern()));
        }
    }
}
