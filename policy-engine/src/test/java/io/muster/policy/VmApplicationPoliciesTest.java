package io.muster.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.admission.AdmissionRequest;
import io.muster.policy.admission.AdmissionResult;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.fault.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The published policies about VM applications, unchanged (vm-applications.md section 9).
final class VmApplicationPoliciesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String SUB = "/subscriptions/00000000-0000-0000-0000-000000000001";
    private static final String VMS =
            SUB + "/resourceGroups/apps/providers/Microsoft.Compute/virtualMachines/";
    private static final String APP =
            SUB
                    + "/resourceGroups/g/providers/Microsoft.Compute/galleries/gal/applications/agent/versions/";
    private static final String ASSIGNMENT =
            SUB + "/providers/Microsoft.Authorization/policyAssignments/a";
    private static final PolicyKey KEY = new PolicyKey(ASSIGNMENT, "");

    private static Path folder() {
        var folder =
                Path.of(System.getProperty("muster.root", ".."))
                        .resolve("../shared/specs/vmapp-policies")
                        .normalize();
        assumeTrue(Files.exists(folder), "the published policies are not there: " + folder);
        return folder;
    }

    private static Dynamic json(String text) throws Exception {
        return Json.parse(text.replace('\'', '"'));
    }

    private static Dynamic vm(String name, String os, String applications) throws Exception {
        return json(
                "{'id':'%s%s','name':'%s','type':'Microsoft.Compute/virtualMachines','location':'eastus','properties':{'storageProfile':{'osDisk':{'osType':'%s'}}%s}}"
                        .formatted(
                                VMS,
                                name,
                                name,
                                os,
                                applications.isEmpty()
                                        ? ""
                                        : ",'applicationProfile':{'galleryApplications':["
                                                + applications
                                                + "]}"));
    }

    private static PolicyEngine engine(String file, String parameters) throws Exception {
        var loaded = PolicyFolder.load(folder().resolve(file), AliasCatalog.conventional());
        assertThat(loaded.diagnostics()).isEmpty();
        var definition = loaded.catalog().definitions().getFirst();
        var faults = Faults.in("assignment", Dynamic.NULL);
        var assignment =
                PolicyObjectReader.assignment(
                        json(
                                "{'id':'%s','name':'a','location':'eastus','identity':{'type':'SystemAssigned'},'properties':{'policyDefinitionId':'%s','parameters':{%s}}}"
                                        .formatted(ASSIGNMENT, definition.id(), parameters)),
                        faults);
        var engine =
                PolicyEngine.of(
                        loaded.catalog().with(assignment.orElseThrow()),
                        AliasCatalog.conventional(),
                        InstantSource.fixed(NOW));
        assertThat(engine.diagnostics()).isEmpty();
        return engine;
    }

    private static Snapshot snapshot(Dynamic... resources) {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        for (var resource : resources) {
            builder.add(resource);
        }
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    private static final String INJECT =
            "'subscriptionId':{'value':'00000000-0000-0000-0000-000000000001'},'resourceGroup':{'value':'g'},'galleryName':{'value':'gal'},'applicationName':{'value':'agent'},'osType':{'value':'Linux'}";

    @Test
    void modifyInjectsTheApplicationAndKeepsTheOthers() throws Exception {
        var engine = engine("docs-modify-inject-app-vm.json", INJECT);
        var bare = vm("bare", "Linux", "");
        var other = vm("other", "Linux", "{'packageReferenceId':'/galleries/x/y','order':3}");
        var has = vm("has", "Linux", "{'packageReferenceId':'%s1.0.0'}".formatted(APP));
        var windows = vm("windows", "Windows", "");
        var snapshot = snapshot(bare, other, has, windows);

        var verdicts = engine.scan(snapshot);

        assertThat(verdicts.count(KEY, ComplianceState.NON_COMPLIANT)).isEqualTo(2);
        assertThat(verdicts.count(KEY, ComplianceState.COMPLIANT)).isEqualTo(2);
        var policy = engine.policies().getFirst();
        for (var resource : new Dynamic[] {bare, other}) {
            var change =
                    engine.modification(policy, resource, new SnapshotSurroundings(snapshot))
                            .orElseThrow();
            assertThat(change.conflicts()).isEmpty();
            var applications =
                    change.after()
                            .path("properties", "applicationProfile", "galleryApplications")
                            .items();
            assertThat(applications.getLast().get("packageReferenceId").textOr(""))
                    .isEqualTo(APP + "latest");
            assertThat(applications).hasSize(resource.equals(bare) ? 1 : 2);
            var again = snapshot.with(List.of(change.after()), Set.of(), NOW);
            assertThat(
                            engine.explain(KEY, resource.get("id").textOr(""), again)
                                    .orElseThrow()
                                    .state())
                    .isEqualTo(ComplianceState.COMPLIANT);
        }
    }

    @Test
    void auditSeesMachinesAndScaleSets() throws Exception {
        var engine =
                engine(
                        "docs-audit-required-app-vm-and-vmss.json",
                        "'galleryName':{'value':'gal'},'applicationName':{'value':'agent'},'osType':{'value':'Linux'}");
        var scaleSet =
                json(
                        "{'id':'%s','name':'ss','type':'Microsoft.Compute/virtualMachineScaleSets','location':'eastus','properties':{'virtualMachineProfile':{'storageProfile':{'osDisk':{'osType':'Linux'}}}}}"
                                .formatted(
                                        VMS.replace(
                                                "virtualMachines/", "virtualMachineScaleSets/ss")));

        var verdicts = engine.scan(snapshot(vm("vm", "Linux", ""), scaleSet));

        assertThat(verdicts.count(KEY, ComplianceState.NON_COMPLIANT)).isEqualTo(2);
    }

    @Test
    void scaleSetInjectionWritesTheMachineProfile() throws Exception {
        var engine = engine("docs-modify-inject-app-vmss.json", INJECT);
        var scaleSet =
                json(
                        "{'id':'%s','name':'ss','type':'Microsoft.Compute/virtualMachineScaleSets','location':'eastus','properties':{'virtualMachineProfile':{'storageProfile':{'osDisk':{'osType':'Linux'}}}}}"
                                .formatted(
                                        VMS.replace(
                                                "virtualMachines/", "virtualMachineScaleSets/ss")));
        var snapshot = snapshot(scaleSet);

        var change =
                engine.modification(
                                engine.policies().getFirst(),
                                scaleSet,
                                new SnapshotSurroundings(snapshot))
                        .orElseThrow();

        assertThat(
                        change.after()
                                .path(
                                        "properties",
                                        "virtualMachineProfile",
                                        "applicationProfile",
                                        "galleryApplications")
                                .items())
                .hasSize(1);
    }

    @Test
    void deployIfNotExistsJudgesTheMachineItselfAndComputesItsDeployment() throws Exception {
        for (var file :
                new String[] {
                    "community-dine-linux-vm-app.json", "community-dine-windows-vm-app.json"
                }) {
            String os = file.contains("linux") ? "Linux" : "Windows";
            var engine = engine(file, "'galleryApplication':{'value':'%s1.0.0'}".formatted(APP));
            var without = vm("without", os, "{'packageReferenceId':'%s0.9.0'}".formatted(APP));
            var snapshot =
                    snapshot(
                            without,
                            vm("with", os, "{'packageReferenceId':'%s1.0.0'}".formatted(APP)),
                            vm("foreign", os.equals("Linux") ? "Windows" : "Linux", ""));

            var verdicts = engine.scan(snapshot);

            assertThat(verdicts.count(KEY, ComplianceState.NON_COMPLIANT)).isEqualTo(1);
            assertThat(verdicts.count(KEY, ComplianceState.COMPLIANT)).isEqualTo(1);
            var deployment =
                    engine.deployment(
                                    engine.policies().getFirst(),
                                    without,
                                    new SnapshotSurroundings(snapshot))
                            .orElseThrow();
            assertThat(deployment.scope()).isEqualTo(SUB + "/resourceGroups/apps");
            assertThat(deployment.parameters().path("vmName", "value").textOr(""))
                    .isEqualTo("without");
        }
    }

    @Test
    void aRequestIsChangedByModifyAndRefusedByDeny() throws Exception {
        var engine = engine("docs-modify-inject-app-vm.json", INJECT);
        var bare = vm("bare", "Linux", "");
        var surroundings = new SnapshotSurroundings(snapshot());

        var admitted =
                engine.admit(
                        AdmissionRequest.write(bare, Dynamic.NULL, "2024-07-01"), surroundings);

        assertThat(admitted).isInstanceOf(AdmissionResult.Admitted.class);
        assertThat(
                        ((AdmissionResult.Admitted) admitted)
                                .resource()
                                .path("properties", "applicationProfile", "galleryApplications")
                                .items())
                .hasSize(1);

        var catalog =
                engine.catalog()
                        .with(
                                new PolicyDefinitionReader(AliasCatalog.conventional())
                                        .read(
                                                "no-linux",
                                                json(
                                                        "{'if':{'field':'Microsoft.Compute/virtualMachines/storageProfile.osDisk.osType','equals':'Linux'},'then':{'effect':'deny'}}"))
                                        .orThrow()
                                        .withId(
                                                engine.policies().getFirst().definition().id(),
                                                "no-linux"));
        var assignment =
                PolicyObjectReader.assignment(
                                json(
                                        "{'id':'%s','name':'a','properties':{'policyDefinitionId':'%s','nonComplianceMessages':[{'message':'No Linux here'}]}}"
                                                .formatted(
                                                        ASSIGNMENT,
                                                        engine.policies()
                                                                .getFirst()
                                                                .definition()
                                                                .id())),
                                Faults.in("assignment", Dynamic.NULL))
                        .orElseThrow();
        var refusing =
                PolicyEngine.of(
                        catalog.with(assignment),
                        AliasCatalog.conventional(),
                        InstantSource.fixed(NOW));

        var refused =
                refusing.admit(
                        AdmissionRequest.write(bare, Dynamic.NULL, "2024-07-01"), surroundings);

        assertThat(refused).isInstanceOf(AdmissionResult.Denied.class);
        var error = ((AdmissionResult.Denied) refused).body().get("error");
        assertThat(error.get("code").textOr("")).isEqualTo("RequestDisallowedByPolicy");
        assertThat(error.get("message").textOr("")).contains("No Linux here");
    }
}
