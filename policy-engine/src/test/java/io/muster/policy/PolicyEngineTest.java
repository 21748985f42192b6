package io.muster.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class PolicyEngineTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String SUB = "/subscriptions/00000000-0000-0000-0000-000000000001";
    private static final String RG = SUB + "/resourceGroups/apps";
    private static final String VMS = RG + "/providers/Microsoft.Compute/virtualMachines/";
    private static final String DEFINITIONS =
            "/providers/Microsoft.Authorization/policyDefinitions/";
    private static final String ASSIGNMENT =
            SUB + "/providers/Microsoft.Authorization/policyAssignments/a";

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (io.muster.core.json.JsonException fault) {
            throw new AssertionError(fault.describe(), fault);
        }
    }

    private static Dynamic vm(String name, String location, String more) {
        return json(
                "{'id':'%s%s','name':'%s','type':'Microsoft.Compute/virtualMachines','location':'%s'%s}"
                        .formatted(VMS, name, name, location, more));
    }

    private static Snapshot snapshot(Dynamic... resources) {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        List.of(resources).forEach(builder::add);
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    private static PolicyCatalog definition(PolicyCatalog catalog, String name, String text)
            throws Exception {
        var fields = AliasCatalog.conventional();
        return catalog.with(
                new PolicyDefinitionReader(fields)
                        .read(name, json(text))
                        .orThrow()
                        .withId(DEFINITIONS + name, name));
    }

    private static PolicyCatalog assignment(PolicyCatalog catalog, String properties) {
        var faults = Faults.in("assignment", Dynamic.NULL);
        var document =
                json("{'id':'%s','name':'a','properties':{%s}}".formatted(ASSIGNMENT, properties));
        var assignment = PolicyObjectReader.assignment(document, faults);
        assertThat(faults.all()).isEmpty();
        return catalog.with(assignment.orElseThrow());
    }

    private static PolicyEngine engine(PolicyCatalog catalog) {
        return PolicyEngine.of(catalog, AliasCatalog.conventional(), InstantSource.fixed(NOW));
    }

    private static final String NOT_EAST =
            "{'mode':'Indexed','policyRule':{'if':{'allOf':[{'field':'type','equals':'Microsoft.Compute/virtualMachines'},{'field':'location','notEquals':'eastus'}]},'then':{'effect':'audit'}}}";

    @Test
    void everyResourceOfTheTypeGetsAStateAndOthersGetNone() throws Exception {
        var catalog = definition(PolicyCatalog.empty(), "location", NOT_EAST);
        catalog = assignment(catalog, "'policyDefinitionId':'" + DEFINITIONS + "location'");
        var snapshot =
                snapshot(
                        vm("in", "East US", ""),
                        vm("out", "westeurope", ""),
                        json(
                                "{'id':'%s/providers/Microsoft.Storage/storageAccounts/s','name':'s','type':'Microsoft.Storage/storageAccounts','location':'westeurope'}"
                                        .formatted(RG)));
        var engine = engine(catalog);
        var key = new PolicyKey(ASSIGNMENT, "");

        var verdicts = engine.scan(snapshot);

        assertThat(verdicts.count(key, ComplianceState.COMPLIANT)).isEqualTo(1);
        assertThat(verdicts.count(key, ComplianceState.NON_COMPLIANT)).isEqualTo(1);
        assertThat(verdicts.compliance(List.of(key)).percentage()).isEqualTo(50);
        var why = engine.explain(key, VMS + "out", snapshot).orElseThrow();
        assertThat(why.state()).isEqualTo(ComplianceState.NON_COMPLIANT);
        assertThat(why.details().evaluatedExpressions())
                .extracting(e -> e.expression() + " " + e.operator() + " " + e.result())
                .containsExactly("type Equals true", "location NotEquals true");
    }

    @Test
    void excludedScopesHaveNoStateAndExemptOnesAreExempt() throws Exception {
        var catalog = definition(PolicyCatalog.empty(), "location", NOT_EAST);
        catalog =
                assignment(
                        catalog,
                        "'policyDefinitionId':'%slocation','notScopes':['%sleft-out']"
                                .formatted(DEFINITIONS, VMS));
        var faults = Faults.in("exemption", Dynamic.NULL);
        catalog =
                catalog.with(
                        PolicyObjectReader.exemption(
                                        json(
                                                "{'id':'%swaived/providers/Microsoft.Authorization/policyExemptions/e','properties':{'policyAssignmentId':'%s','exemptionCategory':'Waiver','expiresOn':'2026-12-01T00:00:00Z'}}"
                                                        .formatted(VMS, ASSIGNMENT)),
                                        faults)
                                .orElseThrow());
        var key = new PolicyKey(ASSIGNMENT, "");
        var snapshot =
                snapshot(
                        vm("left-out", "westeurope", ""),
                        vm("waived", "westeurope", ""),
                        vm("bad", "westeurope", ""));

        var verdicts = engine(catalog).scan(snapshot);

        assertThat(verdicts.count(key, ComplianceState.EXEMPT)).isEqualTo(1);
        assertThat(verdicts.count(key, ComplianceState.NON_COMPLIANT)).isEqualTo(1);
        assertThat(verdicts.count(key, ComplianceState.COMPLIANT)).isZero();
        assertThat(verdicts.compliance(List.of(key)).percentage()).isEqualTo(50);
    }

    @Test
    void initiativesHandTheirParametersDownToEachMember() throws Exception {
        var catalog =
                definition(
                        PolicyCatalog.empty(),
                        "tag",
                        "{'mode':'Indexed','parameters':{'tag':{'type':'String'}},'policyRule':{'if':{'field':'[concat(\\u0027tags[\\u0027, parameters(\\u0027tag\\u0027), \\u0027]\\u0027)]','exists':false},'then':{'effect':'audit'}}}");
        var set =
                PolicySetReader.read(
                                "set",
                                json(
                                        "{'parameters':{'name':{'type':'String'}},'policyDefinitions':[{'policyDefinitionId':'%1$stag','policyDefinitionReferenceId':'own','parameters':{'tag':{'value':'[parameters(\\u0027name\\u0027)]'}}},{'policyDefinitionId':'%1$stag','policyDefinitionReferenceId':'fixed','parameters':{'tag':{'value':'env'}}}]}"
                                                .formatted(DEFINITIONS)))
                        .orThrow();
        String setId = "/providers/Microsoft.Authorization/policySetDefinitions/s";
        catalog = catalog.with(set.withId(setId, "s"));
        catalog =
                assignment(
                        catalog,
                        "'policyDefinitionId':'%s','parameters':{'name':{'value':'owner'}}"
                                .formatted(setId));
        var engine = engine(catalog);
        assertThat(engine.diagnostics()).isEmpty();
        var verdicts = engine.scan(snapshot(vm("vm", "eastus", ",'tags':{'Owner':'me'}")));

        assertThat(verdicts.count(new PolicyKey(ASSIGNMENT, "own"), ComplianceState.COMPLIANT))
                .isEqualTo(1);
        assertThat(
                        verdicts.count(
                                new PolicyKey(ASSIGNMENT, "fixed"), ComplianceState.NON_COMPLIANT))
                .isEqualTo(1);
        assertThat(verdicts.rollUp(verdicts.keys()).keySet())
                .containsExactly(ComplianceState.NON_COMPLIANT);
    }

    @Test
    void aRelatedResourceDecidesIfNotExists() throws Exception {
        var catalog =
                definition(
                        PolicyCatalog.empty(),
                        "agent",
                        "{'mode':'Indexed','policyRule':{'if':{'field':'type','equals':'Microsoft.Compute/virtualMachines'},'then':{'effect':'auditIfNotExists','details':{'type':'Microsoft.Compute/virtualMachines/extensions','existenceCondition':{'field':'Microsoft.Compute/virtualMachines/extensions/publisher','equals':'Contoso'}}}}}");
        catalog = assignment(catalog, "'policyDefinitionId':'" + DEFINITIONS + "agent'");
        var snapshot =
                snapshot(
                        vm("with", "eastus", ""),
                        vm("without", "eastus", ""),
                        json(
                                "{'id':'%swith/extensions/agent','name':'agent','type':'Microsoft.Compute/virtualMachines/extensions','location':'eastus','properties':{'publisher':'contoso'}}"
                                        .formatted(VMS)),
                        json(
                                "{'id':'%swithout/extensions/other','name':'other','type':'Microsoft.Compute/virtualMachines/extensions','location':'eastus','properties':{'publisher':'fabrikam'}}"
                                        .formatted(VMS)));
        var engine = engine(catalog);
        var key = new PolicyKey(ASSIGNMENT, "");

        var verdicts = engine.scan(snapshot);

        assertThat(verdicts.count(key, ComplianceState.COMPLIANT)).isEqualTo(1);
        var why = engine.explain(key, VMS + "without", snapshot).orElseThrow();
        assertThat(why.state()).isEqualTo(ComplianceState.NON_COMPLIANT);
        var related = Objects.requireNonNull(why.details().ifNotExists());
        assertThat(related.totalResources()).isEqualTo(1);
        assertThat(related.candidates().getFirst().evaluatedExpressions())
                .extracting(e -> e.expressionValue().textOr(""))
                .containsExactly("fabrikam");
    }

    @Test
    void aDeploymentIsHandedWhereItsSecretsAre() throws Exception {
        var catalog =
                definition(
                        PolicyCatalog.empty(),
                        "agent",
                        "{'mode':'Indexed','policyRule':{'if':{'field':'type','equals':'Microsoft.Compute/virtualMachines'},'then':{'effect':'deployIfNotExists','details':{'type':'T.x/t','roleDefinitionIds':['/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-0000-0000-000000000009'],'deployment':{'properties':{'mode':'incremental','template':{'resources':[]},'parameters':{'a':{'value':'[policy().assignmentId]'},'n':{'value':'[null()]'},'s':{'reference':{'keyVault':{'id':'[policy().assignmentId]'},'secretName':'key'}}}}}}}}}");
        catalog = assignment(catalog, "'policyDefinitionId':'" + DEFINITIONS + "agent'");
        var machine = vm("m", "eastus", "");
        var engine = engine(catalog);

        var deployment =
                engine.deployment(
                                engine.policies().getFirst(),
                                machine,
                                new SnapshotSurroundings(snapshot(machine)))
                        .orElseThrow();

        assertThat(deployment.parameters())
                .isEqualTo(
                        json(
                                "{'a':{'value':'%s'},'n':{'value':null},'s':{'reference':{'keyVault':{'id':'%s'},'secretName':'key'}}}"
                                        .formatted(ASSIGNMENT, ASSIGNMENT)));
    }
}
