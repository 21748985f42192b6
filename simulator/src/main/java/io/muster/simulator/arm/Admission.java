package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.policy.admission.AdmissionResult;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.fault.Faults;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What Azure Policy does to a write before the resource provider sees it: the requests of ARM handed to the one admission of the policy engine. Assignments, definitions and
/// exemptions are resources of the estate. Guarded by the simulator's lock.
///
/// Source: azure/governance/policy/concepts/effect-basics, order of evaluation.
final class Admission {
    /// Members of a PATCH beside `tags` that change nothing.
    private static final Set<String> UNTOUCHING = Set.of("tags", "id", "name", "type");

    private final Cloud cloud;
    private final AliasCatalog aliases = AliasCatalog.conventional();
    private @Nullable PolicyEngine engine;
    private long revision = -1;

    Admission(Cloud cloud) {
        this.cloud = cloud;
    }

    /// The resource to store for a proposed one. Its tags are within their limits, those that policies put there too.
    ///
    /// @param request that asks for it, of this resource or of one that it is a part of
    Dynamic admit(ArmRequest request, Dynamic proposed) {
        var admitted = admitted(request, proposed);
        Tags.check(admitted.get("tags"), cloud.settings().azureLimits());
        return admitted;
    }

    private Dynamic admitted(ArmRequest request, Dynamic proposed) {
        var id = ResourceId.tryParse(proposed.get("id").textOr(""));
        if (id.isEmpty() || cloud.estate().ofType(PolicyObjects.ASSIGNMENTS).isEmpty()) {
            return proposed;
        }
        var existing = cloud.estate().find(id.get()).map(StoredResource::json).orElse(Dynamic.NULL);
        boolean itself = request.id().filter(id.get()::equals).isPresent();
        // Another resource's request has that one's API version.
        String version =
                itself
                        ? request.parameter("api-version").orElse(AdmissionRequest.LATEST)
                        : AdmissionRequest.LATEST;
        var asked =
                (itself ? ofTagsAlone(request) : isOfTags(request))
                        ? AdmissionRequest.tags(proposed, existing, version)
                        : AdmissionRequest.write(proposed, existing, version);
        return switch (decided(request, asked, id.get())) {
            case AdmissionResult.Admitted(var resource, _, _) -> resource;
            case AdmissionResult.Denied(_, var body) -> throw new ArmFault(403, body.get("error"));
        };
    }

    private AdmissionResult decided(ArmRequest request, AdmissionRequest asked, ResourceId id) {
        var claims = Tokens.claims(request);
        return policies()
                .admit(
                        asked.by(claims instanceof Dynamic.Bag ? claims : Dynamic.EMPTY_BAG),
                        new SnapshotSurroundings(around(id)));
    }

    /// A PATCH whose body has nothing but tags.
    private static boolean ofTagsAlone(ArmRequest request) {
        return request.method().equals("PATCH")
                && Cloud.body(request).members().keySet().stream()
                        .allMatch(name -> UNTOUCHING.contains(name.toLowerCase(Locale.ROOT)));
    }

    private static boolean isOfTags(ArmRequest request) {
        return request.path()
                .toLowerCase(Locale.ROOT)
                .endsWith("/providers/microsoft.resources/tags/default");
    }

    /// Refuses a deletion that `denyAction` forbids: of the resource itself or, where the policy does not let it go with its group, of the group.
    ///
    /// Source: azure/governance/policy/concepts/effect-deny-action.
    void requireDeletable(ArmRequest request, ResourceId id) {
        if (cloud.estate().ofType(PolicyObjects.ASSIGNMENTS).isEmpty()) {
            return;
        }
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()
                || policies().policies().stream().noneMatch(p -> p.mayBe(EffectKind.DENY_ACTION))) {
            return;
        }
        String version = request.parameter("api-version").orElse(AdmissionRequest.LATEST);
        requireDeletable(request, AdmissionRequest.delete(stored.get().json(), version), id);
        if (id.isOfType("microsoft.resources/subscriptions/resourcegroups")) {
            cloud.estate()
                    .below(id)
                    .forEach(below ->
                            requireDeletable(
                                    request,
                                    AdmissionRequest.deleteWithGroup(
                                            below.json(), AdmissionRequest.LATEST),
                                    below.id()));
        }
    }

    private void requireDeletable(ArmRequest request, AdmissionRequest asked, ResourceId id) {
        if (decided(request, asked, id) instanceof AdmissionResult.Denied(_, var body)) {
            throw new ArmFault(403, body.get("error"));
        }
    }

    /// The containers of a resource: all that the effects before a write look at.
    private Snapshot around(ResourceId id) {
        var found = new ArrayList<Dynamic>();
        id.subscriptionId()
                .ifPresent(subscription -> {
                    String at = "/subscriptions/" + subscription;
                    cloud.estate()
                            .find(ResourceId.parse(at))
                            .map(StoredResource::json)
                            .ifPresent(found::add);
                    id.resourceGroup()
                            .flatMap(group ->
                                    cloud.estate()
                                            .find(
                                                    ResourceId.parse(
                                                            at + "/resourceGroups/" + group)))
                            .map(StoredResource::json)
                            .ifPresent(found::add);
                });
        return Snapshot.empty(ResourceGraphTables.STANDARD, cloud.now())
                .with(found, Set.of(), cloud.now());
    }

    /// The engine of the policies as they stand.
    PolicyEngine policies() {
        var known = engine;
        long now = cloud.estate().keptRevision();
        if (known != null && revision == now) {
            return known;
        }
        var definitions = new PolicyDefinitionReader(aliases);
        var catalog = PolicyCatalog.empty().with(hierarchy()).changed();
        for (var stored : cloud.estate().ofType(PolicyObjects.DEFINITIONS)) {
            var read = definitions.read(stored.id().text(), stored.json()).definition();
            if (read != null) {
                catalog.add(read);
            }
        }
        for (var stored : cloud.estate().ofType(PolicyObjects.SETS)) {
            var read = PolicySetReader.read(stored.id().text(), stored.json()).definition();
            if (read != null) {
                catalog.add(read);
            }
        }
        for (var stored : cloud.estate().ofType(PolicyObjects.ASSIGNMENTS)) {
            PolicyObjectReader.assignment(
                            stored.json(), Faults.in(stored.id().text(), stored.json()))
                    .ifPresent(catalog::add);
        }
        for (var stored : cloud.estate().ofType(PolicyObjects.EXEMPTIONS)) {
            PolicyObjectReader.exemption(
                            stored.json(), Faults.in(stored.id().text(), stored.json()))
                    .ifPresent(catalog::add);
        }
        var built = PolicyEngine.of(catalog.build(), aliases, cloud::now);
        engine = built;
        revision = now;
        return built;
    }

    private ManagementHierarchy hierarchy() {
        return scope ->
                scope instanceof Scope.Subscription
                        ? cloud.estate()
                                .find(ResourceId.parse(scope.id()))
                                .map(s ->
                                        s
                                                .properties()
                                                .get("managementGroupAncestorsChain")
                                                .items()
                                                .stream()
                                                .map(group -> group.get("name").textOr(""))
                                                .toList())
                                .orElse(List.of())
                        : List.of();
    }
}
