package io.muster.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.inventory.derived.DerivedTables;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineAssessment;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The policies on computed assessments decide a generated estate as the domain itself does.
final class ComputedAssessmentTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String ASSIGNMENT =
            "/providers/Microsoft.Management/managementGroups/contoso"
                    + "/providers/Microsoft.Authorization/policyAssignments/application-health";

    @Test
    void whatFailedOrIsBehindIsWhatTheDomainSays() throws Exception {
        var fields = AliasCatalog.conventional();
        var estate = new EstateGenerator(EstateSize.ofMachines(120), 42).all();
        var snapshot =
                Snapshot.empty(ResourceGraphTables.STANDARD, NOW).with(estate, Set.of(), NOW);
        var loaded = PolicyFolder.load(Library.root(), fields).catalog();
        var engine =
                PolicyEngine.of(
                        loaded.with(scope ->
                                scope.id().startsWith("/subscriptions/")
                                        ? List.of("contoso")
                                        : List.of()),
                        fields,
                        InstantSource.fixed(NOW));
        var verdicts = engine.scan(snapshot);
        var resolver = DerivedTables.of(snapshot).resolver();

        var failed = new TreeSet<String>();
        var behind = new TreeSet<String>();
        for (var resource : estate) {
            Machine.read(resource)
                    .filter(machine -> machine.kind() != Machine.Kind.SCALE_SET)
                    .ifPresent(machine -> {
                        for (var state : MachineAssessment.of(machine, resolver).applications()) {
                            if (state.isWanted() && (state.isFailed() || state.isSkipped())) {
                                failed.add(machine.id().key());
                            }
                            if (state.isWanted() && state.isBehind()) {
                                behind.add(machine.id().key());
                            }
                        }
                    });
        }
        assertThat(failed).isNotEmpty();
        assertThat(behind).isNotEmpty();
        assertThat(machines(snapshot, verdicts, "not-failed")).isEqualTo(failed);
        assertThat(machines(snapshot, verdicts, "current-version")).isEqualTo(behind);
    }

    private static Set<String> machines(Snapshot snapshot, Verdicts verdicts, String member) {
        var found = new TreeSet<String>();
        var ordinals =
                verdicts.of(new PolicyKey(ASSIGNMENT, member), ComplianceState.NON_COMPLIANT);
        for (int ordinal : ordinals) {
            String id = snapshot.idOf(ordinal).orElseThrow();
            if (id.toLowerCase(Locale.ROOT).contains("/microsoft.compute/virtualmachines/")) {
                found.add(id.toLowerCase(Locale.ROOT));
            }
        }
        return found;
    }
}
