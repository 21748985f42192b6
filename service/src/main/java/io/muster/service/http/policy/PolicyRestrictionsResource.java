package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.policy.admission.Restrictions.PendingField;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.route.WhatIfTurns;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `checkPolicyRestrictions`: what policies would say of a resource that is not sent yet. Source: policyinsights-checkPolicyRestrictions-2024-10-01.
@Singleton
final class PolicyRestrictionsResource implements ArmRoutes {
    private static final int MAX_FIELDS = 100;
    private static final int MAX_VALUES = 100;
    private static final String LATEST = "9999-12-31";

    private final FleetCompliance compliance;
    private final WhatIfTurns turns;

    PolicyRestrictionsResource(FleetCompliance compliance, WhatIfTurns turns) {
        this.compliance = compliance;
        this.turns = turns;
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.post(
                        "{scope}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions",
                        call -> turns.take(() -> check(call))));
    }

    private ArmAnswer check(ArmCall call) throws ArmException {
        var body = call.object();
        var details = body.get("resourceDetails");
        boolean aboveSubscriptions = call.scope() instanceof Scope.ManagementGroup;
        if (details.isNull() && aboveSubscriptions) {
            return ofTypes(call, pending(body));
        }
        if (!(details.get("resourceContent") instanceof Dynamic.Bag content)) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "The request needs 'resourceDetails.resourceContent' with the resource.");
        }
        String type = content.getIgnoreCase("type").textOr("");
        if (type.indexOf('/') <= 0) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "The resource content needs a 'type' such as 'Microsoft.Compute/virtualMachines'.");
        }
        var current = compliance.current();
        Dynamic resource = completed(content, type, scopeOf(call, details));
        String id = resource.get("id").textOr("");
        var request =
                AdmissionRequest.write(
                        resource,
                        current.snapshot().resource(id).orElse(Dynamic.NULL),
                        details.get("apiVersion").textOr(LATEST));
        return ArmAnswer.ok(
                current.engine()
                        .restrictions(
                                request,
                                pending(body),
                                !aboveSubscriptions && body.get("includeAuditEffect").boolOr(false),
                                new SnapshotSurroundings(current.snapshot())));
    }

    /// At a management group types may be asked for without a resource, and nothing else.
    private ArmAnswer ofTypes(ArmCall call, List<PendingField> pending) throws ArmException {
        if (pending.isEmpty()
                || pending.stream().anyMatch(field -> !field.field().equalsIgnoreCase("type"))) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "Without 'resourceDetails' the pending field 'type' can be asked for alone.");
        }
        var current = compliance.current();
        String type = "Microsoft.Resources/unnamed";
        var nothing = completed(Dynamic.bag().put("type", type).build(), type, call.scope().id());
        var result =
                current.engine()
                        .restrictions(
                                AdmissionRequest.write(nothing, Dynamic.NULL, LATEST),
                                pending,
                                false,
                                new SnapshotSurroundings(current.snapshot()));
        return ArmAnswer.ok(
                Dynamic.bag()
                        .put("fieldRestrictions", result.get("fieldRestrictions"))
                        .put(
                                "contentEvaluationResult",
                                Dynamic.bag().put("policyEvaluations", Dynamic.array()).build())
                        .build());
    }

    /// The scope of a resource that hangs on another one, else the one that the path begins with.
    private static String scopeOf(ArmCall call, Dynamic details) throws ArmException {
        String own = details.get("scope").textOr("");
        if (own.isEmpty()) {
            return call.scope().id();
        }
        String within = call.scope().id().toLowerCase(Locale.ROOT);
        String lower = own.toLowerCase(Locale.ROOT);
        if (!lower.equals(within) && !lower.startsWith(within + "/")) {
            throw ArmException.badRequest(
                    "InvalidScope",
                    "The scope '%s' of the resource does not lie in '%s'."
                            .formatted(own, call.scope().id()));
        }
        return own;
    }

    /// Portals ask before a name is chosen: what is missing of id and name is made up, so that scopes can be told.
    private static Dynamic completed(Dynamic content, String type, String scope) {
        String name = content.getIgnoreCase("name").textOr("");
        Dynamic resource = content;
        if (ResourceId.tryParse(content.getIgnoreCase("id").textOr("")).isEmpty()) {
            var types = type.split("/", -1);
            var names = (name.isEmpty() ? "unnamed" : name).split("/", -1);
            var id = new StringBuilder(scope).append("/providers/").append(types[0]);
            for (int i = 1; i < types.length; i++) {
                id.append('/')
                        .append(types[i])
                        .append('/')
                        .append(i - 1 < names.length ? names[i - 1] : "unnamed");
            }
            resource = resource.with("id", Dynamic.of(id.toString()));
        }
        return resource;
    }

    private static List<PendingField> pending(Dynamic body) throws ArmException {
        var out = new ArrayList<PendingField>();
        for (var item : body.get("pendingFields").items()) {
            String field = item.get("field").textOr("");
            var values = item.get("values").items();
            if (field.isEmpty() || values.size() > MAX_VALUES || out.size() >= MAX_FIELDS) {
                throw ArmException.badRequest(
                        "InvalidRequestContent",
                        "A pending field needs a 'field'; there may be %d of them with %d values each."
                                .formatted(MAX_FIELDS, MAX_VALUES));
            }
            out.add(new PendingField(field, values));
        }
        return out;
    }
}
