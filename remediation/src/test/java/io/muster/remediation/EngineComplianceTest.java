package io.muster.remediation;

import static io.muster.remediation.Estate.AGENT;
import static io.muster.remediation.Estate.OTHER;
import static io.muster.remediation.Estate.SCOPE;
import static io.muster.remediation.Estate.entry;
import static io.muster.remediation.Estate.machine;
import static io.muster.remediation.Estate.rich;
import static io.muster.remediation.Estate.vm;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.spec.SpecSuite;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.fault.Faults;
import io.muster.remediation.plan.policy.EngineCompliance;
import io.muster.remediation.plan.policy.PolicyCompliance.NonCompliant;
import io.muster.remediation.plan.policy.Remedy;
import io.muster.remediation.plan.policy.Scans;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The library's own policies, through the policy engine, to remedies.
final class EngineComplianceTest {
    private static final AliasCatalog FIELDS = AliasCatalog.conventional();
    private static final String DEFINITIONS =
            "/providers/Microsoft.Management/managementGroups/contoso"
                    + "/providers/Microsoft.Authorization/policyDefinitions/";

    private static Path library() {
        return Path.of(Objects.requireNonNull(System.getProperty("muster.root")))
                .resolve("policies/vm-applications");
    }

    private static PolicyCatalog definitions() throws IOException {
        var loaded = PolicyFolder.load(library(), FIELDS);
        assertThat(loaded.diagnostics()).isEmpty();
        return loaded.catalog();
    }

    private static PolicyCatalog assigned(
            PolicyCatalog catalog, String name, String definition, Dynamic parameters) {
        var values = Dynamic.bag();
        parameters
                .members()
                .forEach((parameter, value) ->
                        values.put(parameter, Dynamic.bag().put("value", value).build()));
        var json =
                Dynamic.bag()
                        .put("id", RequiredAgent.assignment(name).text())
                        .put("name", name)
                        .put("type", "Microsoft.Authorization/policyAssignments")
                        .put("location", "westeurope")
                        .put("identity", Dynamic.bag().put("type", "SystemAssigned").build())
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put("policyDefinitionId", DEFINITIONS + definition)
                                        .put("parameters", values.build())
                                        .build())
                        .build();
        return catalog.with(
                PolicyObjectReader.assignment(json, Faults.in(name, json)).orElseThrow());
    }

    /// A scan of whatever an ARM twin holds.
    private record LiveScans(PolicyCatalog catalog, ArmTwin arm) implements Scans {
        @Override
        public Scan latest() {
            var pacer = new FakePacer();
            var engine = PolicyEngine.of(catalog, FIELDS, pacer);
            assertThat(engine.diagnostics()).isEmpty();
            var snapshot =
                    Snapshot.empty(ResourceGraphTables.STANDARD, FakePacer.START)
                            .with(arm.all(), Set.of(), FakePacer.START);
            return new Scan(engine, snapshot, engine.scan(snapshot));
        }

        @Override
        public Scan rescan(ResourceId scope) {
            return latest();
        }
    }

    private static Dynamic agent() {
        return Dynamic.bag().put("applicationId", AGENT.text()).put("osType", "Linux").build();
    }

    @ParameterizedTest
    @CsvSource({"inject-vm-application-vm, Modify", "deploy-vm-application-vm, DeployIfNotExists"})
    void theLibrarysPoliciesAreRemediable(String definition, String effect) throws Exception {
        var bench = new Bench(1);
        bench.arm.put(vm(1));
        bench.arm.put(vm(2, entry(AGENT, "1.0.0")));
        bench.arm.put(vm(3, rich(OTHER, "1.0.0")));
        var compliance =
                new EngineCompliance(
                        new LiveScans(
                                assigned(definitions(), "a", definition, agent()), bench.arm));
        var assignment = RequiredAgent.assignment("a");

        var facts = compliance.assignment(assignment).orElseThrow();
        assertThat(facts.initiative()).isFalse();
        assertThat(facts.hasIdentity()).isTrue();
        assertThat(facts.members().getFirst().effect()).isEqualToIgnoringCase(effect);
        assertThat(compliance.nonCompliant(assignment, null, SCOPE, false))
                .extracting(NonCompliant::resource)
                .containsExactly(machine(1), machine(3));
        assertThat(
                        compliance.nonCompliant(
                                assignment,
                                null,
                                ResourceId.parse(SCOPE.text() + "/resourceGroups/elsewhere"),
                                true))
                .isEmpty();
        assertThat(compliance.remedy(assignment, null, vm(2, entry(AGENT, "latest"))))
                .isEqualTo(new Remedy.Compliant());
    }

    @Test
    void aModifyThroughTheEngineAddsTheEntryAndIsVerified() throws Exception {
        var bench = new Bench(1);
        bench.arm.put(vm(1, rich(OTHER, "1.0.0")));
        var scans =
                new LiveScans(
                        assigned(definitions(), "a", "inject-vm-application-vm", agent()),
                        bench.arm);
        try (var process =
                new Remediation(
                        bench.arm.port(Crashes.never()),
                        bench.ledger,
                        RemediationPlanner.of(
                                new EngineCompliance(scans),
                                Estate::check,
                                (_, _) -> {
                                    throw new UnsupportedOperationException();
                                },
                                bench.ledger,
                                bench.campaigns),
                        bench.pacer,
                        Bench.SETTINGS,
                        UUID::randomUUID)) {
            var task = bench.run(process, "t", Bench.policyBody("a"));

            assertThat(task.counts().successful()).isEqualTo(1);
            var entries =
                    bench.arm
                            .resource(machine(1))
                            .path("properties", "applicationProfile", "galleryApplications")
                            .items();
            assertThat(entries).hasSize(2);
            assertThat(entries.getFirst()).isEqualTo(rich(OTHER, "1.0.0").json());
            assertThat(entries.getLast().get("packageReferenceId").textOr(""))
                    .isEqualTo(AGENT.text() + "/versions/latest");
        }
    }

    @Test
    void aDeploymentHasItsParametersComputed() throws Exception {
        var bench = new Bench(1);
        bench.arm.put(vm(1));
        var compliance =
                new EngineCompliance(
                        new LiveScans(
                                assigned(definitions(), "a", "deploy-vm-application-vm", agent()),
                                bench.arm));

        assertThat(compliance.remedy(RequiredAgent.assignment("a"), null, vm(1)))
                .isInstanceOfSatisfying(
                        Remedy.Deploy.class,
                        deploy -> {
                            assertThat(deploy.scope()).isEqualTo(Estate.GROUP);
                            assertThat(deploy.verifiable()).isTrue();
                            assertThat(deploy.parameters().path("vmName", "value").textOr(""))
                                    .isEqualTo("web-1");
                            assertThat(deploy.parameters().path("version", "value").textOr(""))
                                    .isEqualTo("latest");
                            assertThat(deploy.template().get("resources").items()).hasSize(1);
                        });
    }

    /// The `changes` that the library's cases expect of modify.
    @TestFactory
    Stream<DynamicTest> modifyChangesWhatTheCasesSay() {
        return SpecSuite.below(library())
                .cases()
                .filter(specCase -> specCase.section("changes").isPresent())
                .map(specCase ->
                        DynamicTest.dynamicTest(
                                specCase.toString(),
                                () -> {
                                    String policy =
                                            specCase.file().path().toString().contains("vmss")
                                                    ? "inject-vm-application-vmss"
                                                    : "inject-vm-application-vm";
                                    var resource = Json.parse(specCase.require("resource").text());
                                    var bench = new Bench(1);
                                    bench.arm.put(resource);
                                    var compliance =
                                            new EngineCompliance(
                                                    new LiveScans(
                                                            assigned(
                                                                    definitions(),
                                                                    "a",
                                                                    policy,
                                                                    Json.parse(
                                                                            specCase.require(
                                                                                            "parameters")
                                                                                    .text())),
                                                            bench.arm));
                                    assertThat(
                                                    compliance.remedy(
                                                            RequiredAgent.assignment("a"),
                                                            null,
                                                            resource))
                                            .isEqualTo(
                                                    new Remedy.Modify(
                                                            Json.parse(
                                                                    specCase.require("changes")
                                                                            .text())));
                                }));
    }

    @Test
    void whatIsNotAssignedIsUnknown() throws Exception {
        var compliance = new EngineCompliance(new LiveScans(definitions(), new Bench(1).arm));
        assertThat(compliance.assignment(RequiredAgent.assignment("x"))).isEmpty();
        assertThat(List.of(compliance.remedy(RequiredAgent.assignment("x"), null, vm(1))))
                .hasOnlyElementsOfType(Remedy.NotApplicable.class);
    }
}
