package io.muster.service.cli.report;

import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.Compliance;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.evaluate.Remedy;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.evaluate.Verdicts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A scan and how to read it: counts at once, reasons record by record when asked.
///
/// @param inputs names of what was judged, for reports that must name a file
public record ScanReport(
        PolicyEngine engine, Snapshot snapshot, Verdicts verdicts, List<String> inputs) {
    public ScanReport {
        inputs = List.copyOf(inputs);
    }

    /// A record with its reasons.
    public record Finding(
            String resourceId, AssignedPolicy policy, ComplianceState state, PolicyState why) {
        public String definitionName() {
            return policy.definition().name();
        }

        public String title() {
            String display = policy.definition().displayName();
            return display.isEmpty() ? definitionName() : display;
        }

        /// What to tell a person: the assignment's message, else the title.
        public String message() {
            return why.message().orElse(title());
        }

        public String effect() {
            return why.rule().effect().kind().wireName();
        }
    }

    /// What would have to change for a finding's rule to be met.
    public Optional<Remedy> remedy(Finding finding) {
        return snapshot.resource(finding.resourceId())
                .flatMap(resource ->
                        engine.remedy(finding.why(), resource, new SnapshotSurroundings(snapshot)));
    }

    public Compliance compliance() {
        return verdicts.compliance(verdicts.keys());
    }

    public int count(AssignedPolicy policy, ComplianceState state) {
        return verdicts.count(policy.key(), state);
    }

    public int count(ComplianceState state) {
        return engine.policies().stream().mapToInt(p -> count(p, state)).sum();
    }

    /// Records in that state of one definition in force, explained.
    public void forEach(AssignedPolicy policy, ComplianceState state, Consumer<Finding> action) {
        verdicts.of(policy.key(), state)
                .forEach((int ordinal) -> {
                    String id = snapshot.idOf(ordinal).orElseThrow();
                    var why =
                            engine.explain(policy.key(), id, snapshot)
                                    .orElseThrow(() ->
                                            new IllegalStateException("no reasons for " + id));
                    action.accept(new Finding(id, policy, state, why));
                });
    }

    /// Every non-compliant and erroneous record, by policy.
    public List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        for (var policy : engine.policies()) {
            forEach(policy, ComplianceState.NON_COMPLIANT, findings::add);
            forEach(policy, ComplianceState.ERROR, findings::add);
            forEach(policy, ComplianceState.CONFLICT, findings::add);
        }
        return findings;
    }
}
