package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.PolicyStateRecords.InScope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.roaringbitmap.RoaringBitmap;

/// `policyStates/latest/summarize`: distinct resources by rolled-up state, in all, by assignment, by definition and by group.
final class ComplianceSummary {
    private final FleetCompliance.Current current;
    private final RoaringBitmap resources;
    private final UnaryOperator<String> queryUri;
    private final String context;

    /// @param context of the summary's entity
    /// @param queryUri where the records that meet a condition are asked for
    ComplianceSummary(
            FleetCompliance.Current current,
            Scope scope,
            String context,
            UnaryOperator<String> queryUri) {
        this.current = current;
        this.context = context;
        this.queryUri = queryUri;
        this.resources = inScope(current, scope);
    }

    private static RoaringBitmap inScope(FleetCompliance.Current current, Scope scope) {
        var test = InScope.of(scope, current);
        var out = new RoaringBitmap();
        for (var segment : current.snapshot().segments()) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        if (test.test(segment.resourceId(row))) {
                            out.add(segment.ordinal(row));
                        }
                    });
        }
        return out;
    }

    Dynamic json(Predicate<AssignedPolicy> wanted, int top) {
        var policies =
                current.engine().policies().stream()
                        .filter(wanted)
                        .filter(this::hasRecords)
                        .toList();
        var byAssignment = new LinkedHashMap<String, List<AssignedPolicy>>();
        policies.forEach(p ->
                byAssignment
                        .computeIfAbsent(
                                p.assignment().id().toLowerCase(Locale.ROOT),
                                _ -> new ArrayList<>())
                        .add(p));
        var assignments = byAssignment.values().stream().limit(top).map(this::assignment).toList();
        return Dynamic.bag()
                .put("@odata.id", Dynamic.NULL)
                .put("@odata.context", context)
                .put("results", results(policies, ""))
                .put("policyAssignments", Dynamic.array(assignments))
                .build();
    }

    private boolean hasRecords(AssignedPolicy policy) {
        for (var state : ComplianceState.values()) {
            if (RoaringBitmap.intersects(current.verdicts().of(policy.key(), state), resources)) {
                return true;
            }
        }
        return false;
    }

    private Dynamic assignment(List<AssignedPolicy> members) {
        var first = members.getFirst();
        var set = first.set();
        var groups = new LinkedHashMap<String, List<AssignedPolicy>>();
        for (var member : members) {
            for (String group : member.groupNames()) {
                groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(member);
            }
        }
        String ofThis = " and PolicyAssignmentId eq " + quoted(first.assignment().id());
        return Dynamic.bag()
                .put("policyAssignmentId", first.assignment().id())
                .put("policySetDefinitionId", set == null ? "" : set.id())
                .put("results", results(members, ofThis))
                .put(
                        "policyDefinitions",
                        Dynamic.array(members.stream().map(m -> definition(m, ofThis)).toList()))
                .put(
                        "policyGroups",
                        Dynamic.array(
                                groups.entrySet().stream()
                                        .map(g ->
                                                Dynamic.bag()
                                                        .put("policyGroupName", g.getKey())
                                                        .put(
                                                                "results",
                                                                results(
                                                                        g.getValue(),
                                                                        ofThis
                                                                                + " and "
                                                                                + quoted(g.getKey())
                                                                                + " IN PolicyDefinitionGroupNames"))
                                                        .build())
                                        .toList()))
                .build();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private Dynamic definition(AssignedPolicy policy, String ofAssignment) {
        return Dynamic.bag()
                .put("policyDefinitionId", policy.definition().id())
                .put("policyDefinitionReferenceId", policy.referenceId())
                .put(
                        "policyDefinitionGroupNames",
                        Dynamic.array(policy.groupNames().stream().map(Dynamic::of).toList()))
                .put("effect", policy.rule().effect().kind().wireName().toLowerCase(Locale.ROOT))
                .put(
                        "results",
                        results(
                                List.of(policy),
                                ofAssignment
                                        + " and PolicyDefinitionId eq "
                                        + quoted(policy.definition().id())
                                        + (policy.referenceId().isEmpty()
                                                ? ""
                                                : " and PolicyDefinitionReferenceId eq "
                                                        + quoted(policy.referenceId()))))
                .build();
    }

    /// @param condition on the records of these policies, behind the one on their state
    private Dynamic results(List<AssignedPolicy> policies, String condition) {
        var counts = counts(policies.stream().map(AssignedPolicy::key).toList());
        long nonCompliantPolicies =
                policies.stream()
                        .filter(p -> count(p.key(), ComplianceState.NON_COMPLIANT) > 0)
                        .count();
        return Dynamic.bag()
                .put("queryResultsUri", queryUri.apply("IsCompliant eq false" + condition))
                .put("nonCompliantResources", counts.getOrDefault(ComplianceState.NON_COMPLIANT, 0))
                .put("nonCompliantPolicies", nonCompliantPolicies)
                .put("resourceDetails", details(counts))
                .put("policyDetails", details(policyCounts(policies)))
                .put("policyGroupDetails", details(groupCounts(policies)))
                .build();
    }

    private int count(PolicyKey key, ComplianceState state) {
        return RoaringBitmap.andCardinality(current.verdicts().of(key, state), resources);
    }

    private Map<ComplianceState, Integer> counts(List<PolicyKey> keys) {
        var out = new EnumMap<ComplianceState, Integer>(ComplianceState.class);
        current.verdicts()
                .rollUp(keys)
                .forEach((state, found) -> {
                    int n = RoaringBitmap.andCardinality(found, resources);
                    if (n > 0) {
                        out.put(state, n);
                    }
                });
        return out;
    }

    private Map<ComplianceState, Integer> policyCounts(List<AssignedPolicy> policies) {
        var out = new EnumMap<ComplianceState, Integer>(ComplianceState.class);
        for (var policy : policies) {
            worst(List.of(policy)).ifPresent(state -> out.merge(state, 1, Integer::sum));
        }
        return out;
    }

    private Map<ComplianceState, Integer> groupCounts(List<AssignedPolicy> policies) {
        var groups = new LinkedHashMap<String, List<AssignedPolicy>>();
        for (var policy : policies) {
            policy.groupNames()
                    .forEach(g -> groups.computeIfAbsent(g, _ -> new ArrayList<>()).add(policy));
        }
        var out = new EnumMap<ComplianceState, Integer>(ComplianceState.class);
        groups.values()
                .forEach(members ->
                        worst(members).ifPresent(state -> out.merge(state, 1, Integer::sum)));
        return out;
    }

    private Optional<ComplianceState> worst(List<AssignedPolicy> policies) {
        return ComplianceState.rollUp(
                counts(policies.stream().map(AssignedPolicy::key).toList()).keySet());
    }

    private static Dynamic details(Map<ComplianceState, Integer> counts) {
        return Dynamic.array(
                counts.entrySet().stream()
                        .map(c ->
                                Dynamic.bag()
                                        .put(
                                                "complianceState",
                                                c.getKey().wireName().toLowerCase(Locale.ROOT))
                                        .put("count", c.getValue())
                                        .build())
                        .toList());
    }
}
