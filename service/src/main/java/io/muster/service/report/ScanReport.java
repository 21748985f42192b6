package io.muster.service.report;

import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.evaluate.Compliance;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.EvaluationDetails;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.evaluate.Remedy;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.evaluate.Verdicts;
import io.muster.service.query.TouchedTables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A scan and how to read it: counts at once, reasons record by record when asked.
///
/// @param at the time it is of: decides what has expired and what `utcNow()` gives when reasons are asked for
/// @param inputs names of what was judged, for reports that must name a file
/// @param most findings that are listed; how many are not is always told
public record ScanReport(
        PolicyEngine engine,
        Snapshot snapshot,
        Verdicts verdicts,
        Instant at,
        List<String> inputs,
        int most) {
    /// What makes a finding, in the order of the reports.
    private static final List<ComplianceState> FINDINGS =
            List.of(ComplianceState.NON_COMPLIANT, ComplianceState.ERROR, ComplianceState.CONFLICT);

    private static final String CHANGED =
            "The policy is another than the one that judged it: this one is not about the resource.";

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

    /// The effects that a definition in force has: the one without an override first, then those that overrides give it for some locations.
    static List<String> effects(AssignedPolicy policy) {
        return Stream.concat(
                        Stream.of(policy.rule()),
                        policy.alternatives().stream().map(AssignedPolicy.Alternative::rule))
                .map(rule -> rule.effect().kind().wireName())
                .distinct()
                .toList();
    }

    /// What of the resources was not collected whole, a sentence each.
    public List<String> notWhole() {
        return TouchedTables.anyNotWhole(snapshot);
    }

    /// Records of any state.
    public int records() {
        int records = 0;
        for (var state : ComplianceState.values()) {
            records += count(state);
        }
        return records;
    }

    /// Records that are findings.
    public int findingCount() {
        return FINDINGS.stream().mapToInt(this::count).sum();
    }

    /// The same report with at most that many findings listed.
    ScanReport listing(int fewer) {
        return new ScanReport(engine, snapshot, verdicts, at, inputs, Math.min(most, fewer));
    }

    /// Findings that are not listed, because there are more than are wanted.
    public int unlisted() {
        return Math.max(0, findingCount() - most);
    }

    /// Ids of the resources in that state under one definition in force; what was deleted after it was judged has none any more.
    public List<String> resources(AssignedPolicy policy, ComplianceState state) {
        var ids = new ArrayList<String>();
        verdicts.of(policy.key(), state)
                .forEach((int ordinal) -> snapshot.idOf(ordinal).ifPresent(ids::add));
        return ids;
    }

    /// A record of one definition in force, explained. What does not hold for the resource any more says so.
    public Finding finding(AssignedPolicy policy, ComplianceState state, String id) {
        var why =
                engine.explain(policy.key(), id, snapshot, at)
                        .orElseGet(() ->
                                new PolicyState(
                                        id,
                                        policy,
                                        policy.rule(),
                                        state,
                                        new EvaluationDetails(List.of(), null, CHANGED)));
        return new Finding(id, policy, state, why);
    }

    /// Non-compliant and erroneous records, by policy; at most as many as are listed.
    public List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        for (var policy : engine.policies()) {
            for (var state : FINDINGS) {
                for (String id : resources(policy, state)) {
                    if (findings.size() == most) {
                        return findings;
                    }
                    findings.add(finding(policy, state, id));
                }
            }
        }
        return findings;
    }
}
