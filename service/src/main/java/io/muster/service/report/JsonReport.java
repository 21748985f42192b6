package io.muster.service.report;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.evaluate.ComplianceState;
import java.io.PrintStream;
import java.util.ArrayList;

/// One JSON object: counts, policies, and every finding with Policy Insights' own evaluation details.
final class JsonReport {
    /// Findings for which a remedy is searched: a search may take tens of milliseconds.
    private static final int SEARCHED = 1_000;

    private JsonReport() {}

    static void print(ScanReport report, PrintStream out) {
        var policies = new ArrayList<Dynamic>();
        for (var policy : report.engine().policies()) {
            var counts = Dynamic.bag();
            for (var state : ComplianceState.values()) {
                counts.put(state.wireName(), report.count(policy, state));
            }
            policies.add(
                    Dynamic.bag()
                            .put("policyAssignmentId", policy.assignment().id())
                            .put("policyDefinitionId", policy.definition().id())
                            .put("policyDefinitionReferenceId", policy.referenceId())
                            .put("displayName", policy.definition().displayName())
                            .put("effect", policy.rule().effect().kind().wireName())
                            .put(
                                    "effects",
                                    Dynamic.array(
                                            ScanReport.effects(policy).stream()
                                                    .map(Dynamic::of)
                                                    .toList()))
                            .put("counts", counts.build())
                            .build());
        }
        var findings = new ArrayList<Dynamic>();
        for (var finding : report.findings()) {
            var details = finding.why().details();
            if (findings.size() < SEARCHED) {
                var reasons = details;
                details = report.remedy(finding).map(reasons::with).orElse(reasons);
            }
            findings.add(
                    Dynamic.bag()
                            .put("resourceId", finding.resourceId())
                            .put("complianceState", finding.state().wireName())
                            .put("policyAssignmentId", finding.policy().assignment().id())
                            .put("policyDefinitionId", finding.policy().definition().id())
                            .put("policyDefinitionReferenceId", finding.policy().referenceId())
                            .put("effect", finding.effect())
                            .put("message", finding.message())
                            .put("policyEvaluationDetails", details.toJson())
                            .build());
        }
        var compliance = report.compliance();
        var counts = Dynamic.bag();
        for (var state : ComplianceState.values()) {
            counts.put(state.wireName(), compliance.count(state));
        }
        out.println(
                Json.writePretty(
                        Dynamic.bag()
                                .put("resources", report.snapshot().count())
                                .put("compliance", counts.build())
                                .put("compliancePercentage", Dynamic.of(compliance.percentage()))
                                .put("policies", Dynamic.array(policies))
                                .put("findings", Dynamic.array(findings))
                                .put("findingsNotListed", report.unlisted())
                                .build()));
    }
}
