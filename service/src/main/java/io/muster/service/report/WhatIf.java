package io.muster.service.report;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.MergePatch;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.policy.admission.AdmissionResult;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.template.DeploymentExpansion;
import io.muster.policy.template.DeploymentScope;
import io.muster.policy.template.TemplateException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What policies would make of a request, before anybody sends it: each resource denied, changed or let through, with the conditions that decided it.
public final class WhatIf {
    private static final String TENANT = "00000000-0000-0000-0000-000000000000";

    private final PolicyEngine engine;
    private final Snapshot snapshot;
    private final Asked asked;
    private final Instant at;
    private final PrintStream out;
    private final PrintStream notes;

    /// @param snapshot what there is already
    /// @param at the time of the request
    /// @param notes is told what is not known yet
    public WhatIf(
            PolicyEngine engine,
            Snapshot snapshot,
            Asked asked,
            Instant at,
            PrintStream out,
            PrintStream notes) {
        this.engine = engine;
        this.snapshot = snapshot;
        this.asked = asked;
        this.at = at;
        this.out = out;
        this.notes = notes;
    }

    /// The request.
    ///
    /// @param content a resource as it would be sent (with id, name and type), an array of such, or a deployment template
    /// @param how what would be done with the resources
    /// @param apiVersion of the request; a template's resources have their own
    /// @param scope resource group or subscription that a deployment template goes to; empty without one
    /// @param parameters of a deployment template, as a parameter file has them or bare
    public record Asked(
            Dynamic content, How how, String apiVersion, String scope, Dynamic parameters) {}

    public enum How {
        WRITE,
        /// The resources have only what a PATCH would name.
        PATCH,
        DELETE
    }

    /// What was asked cannot be answered.
    public static final class UnclearException extends Exception {
        private static final long serialVersionUID = 1L;

        UnclearException(String message) {
            super(message);
        }
    }

    private record One(Dynamic resource, String apiVersion, Set<String> unresolved) {}

    /// Tells of each resource.
    ///
    /// @return whether one was denied
    public boolean tell() throws UnclearException {
        boolean denied = false;
        for (var one : resources()) {
            denied |= !tell(one);
        }
        return denied;
    }

    private List<One> resources() throws UnclearException {
        var json = asked.content();
        if (!json.getIgnoreCase("resources").isNull() && json.getIgnoreCase("type").isNull()) {
            return expanded(json);
        }
        List<One> all = new ArrayList<>();
        for (var one : json instanceof Dynamic.Array(var items) ? items : List.of(json)) {
            var id = ResourceId.tryParse(one.getIgnoreCase("id").textOr(""));
            if (id.isEmpty()) {
                throw new UnclearException("a resource needs its 'id'");
            }
            var whole = one;
            if (one.getIgnoreCase("type").isNull()) {
                whole = whole.with("type", Dynamic.of(id.get().type().text()));
            }
            if (one.getIgnoreCase("name").isNull()) {
                whole = whole.with("name", Dynamic.of(id.get().name()));
            }
            all.add(new One(whole, asked.apiVersion(), Set.of()));
        }
        return all;
    }

    private List<One> expanded(Dynamic template) throws UnclearException {
        var scope = ResourceId.tryParse(asked.scope());
        if (scope.isEmpty()) {
            throw new UnclearException(
                    "a deployment template needs the scope (--scope) where it goes");
        }
        var given = asked.parameters();
        try {
            return DeploymentExpansion.expand(
                            template,
                            given.getIgnoreCase("parameters") instanceof Dynamic.Bag inside
                                    ? inside
                                    : given,
                            new DeploymentScope(
                                    asked.scope(),
                                    scope.flatMap(ResourceId::subscriptionId).orElse(null),
                                    scope.flatMap(ResourceId::resourceGroup).orElse(null),
                                    TENANT,
                                    "what-if",
                                    snapshot.resource(asked.scope())
                                            .map(group -> group.get("location").textOr(""))
                                            .orElse(""),
                                    at,
                                    0,
                                    snapshot::resource))
                    .stream()
                    .map(r -> new One(r.body(), r.apiVersion(), r.unresolved()))
                    .toList();
        } catch (TemplateException fault) {
            throw new UnclearException(fault.reason());
        }
    }

    private boolean tell(One one) throws UnclearException {
        String id = one.resource().getIgnoreCase("id").textOr("");
        var existing = snapshot.resource(id).orElse(Dynamic.NULL);
        var request = request(one, existing, id);
        for (var open : one.unresolved()) {
            notes.println("note: %s is not known until it is deployed: %s".formatted(open, id));
        }
        return switch (engine.admit(request, new SnapshotSurroundings(snapshot))) {
            case AdmissionResult.Denied(var findings, var body) -> {
                out.println("denied   " + id);
                findings.forEach(finding -> tell("by", finding));
                out.println(Json.write(body));
                yield false;
            }
            case AdmissionResult.Admitted(var after, var changedBy, var warnings) -> {
                out.println((changedBy.isEmpty() ? "allowed  " : "changed  ") + id);
                changedBy.forEach(p -> out.println("  by " + p.definition().displayName()));
                if (!changedBy.isEmpty()) {
                    out.println(Json.write(after));
                }
                warnings.forEach(finding -> tell("audited by", finding));
                yield true;
            }
        };
    }

    private AdmissionRequest request(One one, Dynamic existing, String id) throws UnclearException {
        return switch (asked.how()) {
            case WRITE -> AdmissionRequest.write(one.resource(), existing, one.apiVersion());
            case PATCH -> {
                if (existing.isNull()) {
                    throw new UnclearException(
                            id + "  is not in the snapshot, so there is nothing to patch");
                }
                yield AdmissionRequest.patch(
                        MergePatch.apply(existing, one.resource()), existing, one.apiVersion());
            }
            case DELETE ->
                    AdmissionRequest.delete(
                            existing.isNull() ? one.resource() : existing, one.apiVersion());
        };
    }

    private void tell(String how, AdmissionResult.Finding finding) {
        out.println("  " + how + " " + finding.policy().definition().displayName());
        for (var e : finding.details().evaluatedExpressions()) {
            out.println(
                    "    %s %s %s: %s"
                            .formatted(
                                    e.expression(),
                                    e.operator(),
                                    Json.write(e.targetValue()),
                                    e.result()));
        }
        if (finding.details().reason() != null) {
            out.println("    " + finding.details().reason());
        }
    }
}
