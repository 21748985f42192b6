package io.muster.policy.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.spec.SpecCase;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.policy.PolicyEngine;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.Compliance;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.fault.PolicyFault;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Policy objects over an estate of several resources, by both engines. Expectations are derived by hand from the section that a case names.
final class PolicyObjectsSpecTest {
    /// What most cases are about; a case may declare more.
    private static final List<String> DEFINITIONS =
            List.of(
                    """
                    definition east {"mode":"Indexed","parameters":{"effect":{"type":"String","defaultValue":"audit","allowedValues":["audit","deny","disabled"]},"allowed":{"type":"Array","defaultValue":["eastus"]}},"policyRule":{"if":{"allOf":[{"field":"type","equals":"Microsoft.Compute/virtualMachines"},{"field":"location","notIn":"[parameters('allowed')]"}]},"then":{"effect":"[parameters('effect')]"}}}\
                    """,
                    """
                    definition tagged {"mode":"Indexed","parameters":{"tag":{"type":"String","defaultValue":"env"}},"policyRule":{"if":{"field":"[concat('tags[', parameters('tag'), ']')]","exists":false},"then":{"effect":"audit"}}}\
                    """,
                    """
                    definition guard {"mode":"Indexed","policyRule":{"if":{"field":"type","equals":"Microsoft.Storage/storageAccounts"},"then":{"effect":"denyAction","details":{"actionNames":["delete"]}}}}\
                    """,
                    """
                    definition vow {"mode":"All","policyRule":{"if":{"field":"type","equals":"Microsoft.Resources/subscriptions"},"then":{"effect":"manual","details":{"defaultState":"Unknown"}}}}\
                    """,
                    """
                    definition broken {"mode":"Indexed","policyRule":{"if":{"allOf":[{"field":"type","equals":"Microsoft.Compute/virtualMachines"},{"value":"[int(field('name'))]","equals":1}]},"then":{"effect":"audit"}}}\
                    """);

    @TestFactory
    Stream<DynamicTest> objects() {
        return SpecSuite.of(getClass(), "spec/objects")
                .tests(
                        this::check,
                        (name, place, body) -> DynamicTest.dynamicTest(name, place, body::run));
    }

    @Test
    void thereAreAtLeastSixtyCases() {
        assertThat(
                        SpecSuite.of(getClass(), "spec/objects")
                                .tests(_ -> {}, (name, _, _) -> name)
                                .count())
                .isGreaterThanOrEqualTo(60);
    }

    private void check(SpecCase specCase) throws Exception {
        specCase.allowOnly(Set.of("docs"), Set.of("objects", "states", "compliance"));
        assertThat(specCase.header("docs")).as("the section it follows").isPresent();
        var estate = new PolicyEstate();
        for (var definition : DEFINITIONS) {
            estate.add(definition);
        }
        for (var line : specCase.require("objects").items()) {
            estate.add(line);
        }
        var engine =
                PolicyEngine.of(
                        estate.catalog(), estate.fields(), InstantSource.fixed(PolicyEstate.NOW));
        // Assignments here need no identity: nothing is remediated.
        assertThat(engine.diagnostics())
                .filteredOn(d -> !d.code().equals(PolicyFault.IDENTITY_REQUIRED.code()))
                .isEmpty();
        var snapshot = estate.snapshot();
        var verdicts = engine.scan(snapshot);
        var rows = engine.scanRowByRow(snapshot);
        Map<String, Map<ComplianceState, Set<String>>> states = new TreeMap<>();
        rows.forEach(e -> {
            assertThat(verdicts.state(e.key(), e.ordinal())).hasValue(e.state());
            states.computeIfAbsent(label(e.key()), _ -> new TreeMap<>())
                    .computeIfAbsent(e.state(), _ -> new TreeSet<>())
                    .add(estate.nameOf(snapshot.idOf(e.ordinal()).orElseThrow()));
        });
        verdicts.forEach(e -> assertThat(rows.state(e.key(), e.ordinal())).hasValue(e.state()));
        if (specCase.section("states").isPresent()) {
            List<String> lines = new ArrayList<>();
            states.forEach((key, byState) -> lines.add(key + ": " + shown(byState)));
            specCase.expect("states", lines.isEmpty() ? "none" : String.join("\n", lines));
        }
        if (specCase.section("compliance").isPresent()) {
            List<String> lines = new ArrayList<>();
            for (var assignment : engine.catalog().assignments()) {
                var keys = new ArrayList<PolicyKey>();
                var groups = new TreeMap<String, List<PolicyKey>>();
                for (var policy : engine.policies()) {
                    if (policy.assignment().id().equals(assignment.id())) {
                        keys.add(policy.key());
                        for (var group : policy.groupNames()) {
                            groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(policy.key());
                        }
                    }
                }
                lines.add(assignment.name() + ": " + shown(verdicts.compliance(keys)));
                groups.forEach((group, members) ->
                        lines.add(
                                assignment.name()
                                        + " group "
                                        + group
                                        + ": "
                                        + shown(verdicts.compliance(members))));
            }
            lines.sort(null);
            specCase.expect("compliance", String.join("\n", lines));
        }
    }

    private static String label(PolicyKey key) {
        String name = key.assignmentId().substring(key.assignmentId().lastIndexOf('/') + 1);
        return key.referenceId().isEmpty() ? name : name + "/" + key.referenceId();
    }

    private static String shown(Map<ComplianceState, Set<String>> states) {
        List<String> parts = new ArrayList<>();
        states.forEach(
                (state, names) -> parts.add(state.wireName() + " " + String.join(" ", names)));
        return String.join(", ", parts);
    }

    private static String shown(Compliance compliance) {
        List<String> parts = new ArrayList<>();
        compliance.counts().forEach((state, count) -> parts.add(state.wireName() + " " + count));
        return String.format(Locale.ROOT, "%.1f %%", compliance.percentage())
                + (parts.isEmpty() ? "" : ", " + String.join(", ", parts));
    }
}
