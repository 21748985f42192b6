package io.muster.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.inventory.derived.DerivedTables;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineAssessment;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
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

    /// A rule a computed field, and what the domain says of the same machines.
    private static final Map<String, Predicate<ApplicationState>> FIELDS =
            Map.of(
                    "\"field\":\"Muster.VmApplications/assessments/applications[*].needsRemoveThenAdd\",\"equals\":true",
                    ApplicationState::needsRemoveThenAdd,
                    "\"field\":\"Muster.VmApplications/assessments/applications[*].stuck\",\"equals\":true",
                    ApplicationState::isStuck,
                    "\"field\":\"Muster.VmApplications/assessments/applications[*].skipped\",\"equals\":true",
                    ApplicationState::isSkipped,
                    "\"count\":{\"field\":\"Muster.VmApplications/assessments/applications[*].skippedBecauseOf[*]\"},\"greater\":0",
                    state -> !state.skippedBecauseOf().isEmpty(),
                    "\"field\":\"Muster.VmApplications/assessments/applications[*].deployable\",\"equals\":false",
                    state -> !state.isDeployable(),
                    "\"field\":\"Muster.VmApplications/assessments/applications[*].errorCode\",\"equals\":\"GalleryImageNotFound\"",
                    state ->
                            state.refusal()
                                    .filter(e -> e.code().equals("GalleryImageNotFound"))
                                    .isPresent(),
                    "\"field\":\"Muster.VmApplications/assessments/applications[*].behindReason\",\"equals\":\"PinnedToOlder\"",
                    state -> state.behind() == ApplicationState.Behind.PINNED_TO_OLDER,
                    "\"count\":{\"field\":\"Muster.VmApplications/assessments/applications[*].warnings[*]\",\"where\":{\"field\":\"Muster.VmApplications/assessments/applications[*].warnings[*]\",\"equals\":\"NO_UPDATE_COMMAND\"}},\"greater\":0",
                    state -> state.wanted().filter(v -> !v.actions().hasUpdate()).isPresent());

    @Test
    void eachComputedFieldIsWhatTheDomainSays() throws Exception {
        var aliases = AliasCatalog.conventional();
        var estate = new EstateGenerator(EstateSize.ofMachines(120), 42).all();
        var snapshot =
                Snapshot.empty(ResourceGraphTables.STANDARD, NOW).with(estate, Set.of(), NOW);
        var resolver = DerivedTables.of(snapshot).resolver();
        int found = 0;
        for (var field : FIELDS.entrySet()) {
            String definition = "/providers/Microsoft.Authorization/policyDefinitions/computed";
            String rule =
                    ("{'id':'"
                                            + definition
                                            + "','properties':{'mode':'Indexed','policyRule':{'if':{'field':'type','equals':'Microsoft.Compute/virtualMachines'},")
                                    .replace('\'', '"')
                            + "'then':{'effect':'auditIfNotExists','details':{'type':'Muster.VmApplications/assessments','existenceCondition':{'count':{'field':'Muster.VmApplications/assessments/applications[*]','where':{"
                                    .replace('\'', '"')
                            + field.getKey()
                            + "}},\"equals\":0}}}}}}";
            var read =
                    new PolicyDefinitionReader(aliases)
                            .read(definition, Json.parse(rule))
                            .definition();
            var json =
                    Json.parse(
                            "{\"id\":\"%s\",\"properties\":{\"policyDefinitionId\":\"%s\"}}"
                                    .formatted(ASSIGNMENT, definition));
            var assignment = PolicyObjectReader.assignment(json, Faults.in(ASSIGNMENT, json));
            assertThat(read).as(field.getKey()).isNotNull();
            var engine =
                    PolicyEngine.of(
                            PolicyCatalog.empty()
                                    .with(scope ->
                                            scope.id().startsWith("/subscriptions/")
                                                    ? List.of("contoso")
                                                    : List.of())
                                    .with(Objects.requireNonNull(read))
                                    .with(assignment.orElseThrow()),
                            aliases,
                            InstantSource.fixed(NOW));
            var wanted = new TreeSet<String>();
            for (var resource : estate) {
                Machine.read(resource)
                        .filter(machine -> machine.kind() != Machine.Kind.SCALE_SET)
                        .filter(machine ->
                                MachineAssessment.of(machine, resolver).applications().stream()
                                        .filter(ApplicationState::isWanted)
                                        .anyMatch(field.getValue()))
                        .ifPresent(machine -> wanted.add(machine.id().key()));
            }
            found += wanted.isEmpty() ? 0 : 1;
            assertThat(machines(snapshot, engine.scan(snapshot), ""))
                    .as(field.getKey())
                    .isEqualTo(wanted);
        }
        assertThat(found).as("fields that some machine shows").isGreaterThanOrEqualTo(4);
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
