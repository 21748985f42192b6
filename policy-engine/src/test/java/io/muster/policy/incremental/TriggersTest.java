package io.muster.policy.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.definition.PolicySetReader;
import io.muster.policy.fault.Faults;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each thing that can turn a verdict: what is decided again after it, and nothing else. Two subscriptions of two groups of two machines, of which the first asks for the
/// gallery's application `a` and the second for `b`.
final class TriggersTest {
    private static final AliasCatalog FIELDS = AliasCatalog.conventional();
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";
    private static final String ROOT = "/providers/Microsoft.Management/managementGroups/root";
    private static final String MACHINE =
            "{'field':'type','equals':'Microsoft.Compute/virtualMachines'}";
    private static final String SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-00000000000";
    private static final String GALLERY =
            SUBSCRIPTION + "9/resourceGroups/shared/providers/Microsoft.Compute/galleries/gal";

    /// In force: place, agent, vault, newest, groupTag, subscriptionTag, manual, and the initiative's two members.
    private static final int POLICIES = 9;

    private static final int MACHINES_OF_A = 4;

    private final Map<String, String> groupOf = new TreeMap<>();
    private Instant now = Instant.parse("2026-11-21T00:00:00Z");
    private PolicyCatalog catalog = PolicyCatalog.empty();
    private Snapshot snapshot = Snapshot.empty(ResourceGraphTables.STANDARD, now);
    private FleetState state;

    private record Tree(Map<String, String> groupOf) implements ManagementHierarchy {
        @Override
        public List<String> ancestors(Scope scope) {
            return scope instanceof Scope.Subscription(var id) && groupOf.containsKey(id)
                    ? List.of(groupOf.get(id), "root")
                    : List.of();
        }
    }

    TriggersTest() {
        groupOf.put("00000000-0000-0000-0000-000000000000", "left");
        groupOf.put("00000000-0000-0000-0000-000000000001", "left");
        state = FleetState.scanned(engine(), snapshot);
    }

    @BeforeEach
    void anEstateUnderPolicies() throws DiagnosticException {
        define(
                "place",
                "'parameters':{'place':{'type':'String','defaultValue':'eastus'}},'policyRule':{'if':{'allOf':[%s,{'field':'location','notEquals':'[parameters(#place#)]'}]},'then':{'effect':'audit'}}");
        define(
                "agent",
                "'policyRule':{'if':%s,'then':{'effect':'auditIfNotExists','details':{'type':'Microsoft.Compute/virtualMachines/extensions'}}}");
        define(
                "vault",
                "'policyRule':{'if':%s,'then':{'effect':'auditIfNotExists','details':{'type':'Microsoft.KeyVault/vaults'}}}");
        define(
                "newest",
                "'policyRule':{'if':%s,'then':{'effect':'auditIfNotExists','details':{'type':'Muster.VmApplications/assessments','existenceCondition':{'count':{'field':'Muster.VmApplications/assessments/applications[*]','where':{'anyOf':[{'field':'Muster.VmApplications/assessments/applications[*].behindLatest','equals':true},{'count':{'field':'Muster.VmApplications/assessments/applications[*].warnings[*]','where':{'field':'Muster.VmApplications/assessments/applications[*].warnings[*]','equals':'PAST_END_OF_LIFE'}},'greater':0}]}},'equals':0}}}}");
        define(
                "groupTag",
                "'policyRule':{'if':{'allOf':[%s,{'value':'[resourceGroup().tags.env]','equals':'prod'}]},'then':{'effect':'audit'}}");
        define(
                "subscriptionTag",
                "'policyRule':{'if':{'allOf':[%s,{'value':'[subscription().tags.env]','equals':'prod'}]},'then':{'effect':'audit'}}");
        define(
                "manual",
                "'policyRule':{'if':%s,'then':{'effect':'manual','details':{'defaultState':'Unknown'}}}");
        for (String name :
                List.of(
                        "place",
                        "agent",
                        "vault",
                        "newest",
                        "groupTag",
                        "subscriptionTag",
                        "manual")) {
            assign(name, "policyDefinitions/" + name, "");
        }
        catalog =
                catalog.with(
                        PolicySetReader.read(
                                        "both",
                                        json(
                                                "{'properties':{'parameters':{'one':{'type':'String','defaultValue':'eastus'},'two':{'type':'String','defaultValue':'eastus'}},'policyDefinitions':[{'policyDefinitionId':'%1$spolicyDefinitions/place','policyDefinitionReferenceId':'one','parameters':{'place':{'value':'[parameters(#one#)]'}}},{'policyDefinitionId':'%1$spolicyDefinitions/place','policyDefinitionReferenceId':'two','parameters':{'place':{'value':'[parameters(#two#)]'}}}]}}"
                                                        .formatted(AUTHORIZATION)))
                                .orThrow()
                                .withId(AUTHORIZATION + "policySetDefinitions/both", "both"));
        assign("both", "policySetDefinitions/both", "");

        var all = new ArrayList<Dynamic>();
        for (int s = 0; s < 2; s++) {
            all.add(subscription(s, "test"));
            for (int g = 0; g < 2; g++) {
                all.add(group(s, g, "test"));
                for (int m = 0; m < 2; m++) {
                    all.add(machine(s, g, m, "eastus"));
                }
            }
        }
        all.add(
                json(
                        "{'id':'%s','name':'gal','type':'Microsoft.Compute/galleries','location':'eastus','properties':{}}"
                                .formatted(GALLERY)));
        for (String application : List.of("a", "b")) {
            all.add(
                    json(
                            "{'id':'%s/applications/%s','name':'%2$s','type':'Microsoft.Compute/galleries/applications','location':'eastus','properties':{'supportedOSType':'Linux'}}"
                                    .formatted(GALLERY, application)));
            all.add(version(application, "1.0.0", false, "East US"));
        }
        snapshot = snapshot.with(all, Set.of(), now);
        state = FleetState.scanned(engine(), snapshot);
        assertThat(state.engine().diagnostics()).isEmpty();
        assertThat(state.engine().policies()).hasSize(POLICIES);
    }

    @Test
    void aMachineIsDecidedUnderEveryPolicy() {
        var again = put(machine(0, 0, 0, "westus"));

        assertThat(again.judged()).isEqualTo(POLICIES);
        assertThat(again.scanned()).isZero();
        assertThat(turned(again))
                .containsExactlyInAnyOrder(
                        "place resource m000", "both one resource m000", "both two resource m000");
    }

    @Test
    void aChildDecidesItsMachineWhereARuleLooksAtChildren() {
        var again =
                put(
                        json(
                                "{'id':'%s/extensions/agent','name':'agent','type':'Microsoft.Compute/virtualMachines/extensions','location':'eastus','properties':{'publisher':'Contoso'}}"
                                        .formatted(machineId(0, 1, 1))));

        // Itself under every policy, its machine under one.
        assertThat(again.judged()).isEqualTo(POLICIES + 1);
        assertThat(turned(again)).contains("agent relatedResource m011").hasSizeLessThan(5);
    }

    @Test
    void aRelatedResourceDecidesThoseOfItsGroup() {
        var again =
                put(
                        json(
                                "{'id':'%s/providers/Microsoft.KeyVault/vaults/v','name':'v','type':'Microsoft.KeyVault/vaults','location':'eastus'}"
                                        .formatted(groupId(1, 0))));

        assertThat(again.judged()).isEqualTo(POLICIES + 2);
        assertThat(turned(again))
                .containsExactlyInAnyOrder(
                        "vault relatedResource m100", "vault relatedResource m101");
    }

    @Test
    void aGalleryVersionDecidesTheMachinesThatAskForItsApplication() {
        var again = put(version("a", "2.0.0", false, "East US"));

        assertThat(again.judged()).isEqualTo(POLICIES + MACHINES_OF_A);
        assertThat(turned(again))
                .containsExactlyInAnyOrder(
                        "newest relatedResource m000",
                        "newest relatedResource m010",
                        "newest relatedResource m100",
                        "newest relatedResource m110");
        assertThat(again.scanned()).isZero();
    }

    @Test
    void theExclusionOfAVersionDecidesTheSameMachines() {
        put(version("a", "2.0.0", false, "East US"));
        var again = put(version("a", "2.0.0", true, "East US"));

        assertThat(again.judged()).isEqualTo(POLICIES + MACHINES_OF_A);
        assertThat(turned(again)).hasSize(MACHINES_OF_A);
    }

    @Test
    void theReplicationOfAVersionDecidesTheSameMachines() {
        put(version("a", "2.0.0", false, "East US"));
        var again = put(version("a", "2.0.0", false, "West Europe"));

        assertThat(again.judged()).isEqualTo(POLICIES + MACHINES_OF_A);
        assertThat(turned(again)).hasSize(MACHINES_OF_A);
    }

    @Test
    void anEndOfLifeThatPassesDecidesTheMachinesThatAskForTheApplication() {
        put(version("b", "1.0.0", false, "East US", "2026-11-22T00:00:00Z"));
        now = Instant.parse("2026-11-22T00:00:01Z");
        snapshot = snapshot.with(List.of(), Set.of(), now);
        var again = again();

        assertThat(again.judged()).isEqualTo(4);
        assertThat(turned(again))
                .containsExactlyInAnyOrder(
                        "newest time m001",
                        "newest time m011",
                        "newest time m101",
                        "newest time m111");
    }

    @Test
    void aDefinitionIsScannedWhereverItIsInForce() throws DiagnosticException {
        define(
                "place",
                "'parameters':{'place':{'type':'String','defaultValue':'eastus'}},'policyRule':{'if':{'allOf':[%s,{'field':'location','equals':'[parameters(#place#)]'}]},'then':{'effect':'audit'}}");
        var again = again();

        assertThat(again.scanned()).isEqualTo(3);
        assertThat(again.judged()).isZero();
        assertThat(turned(again)).hasSize(3 * 8).allMatch(line -> line.contains(" policy "));
    }

    @Test
    void aParameterIsScannedUnderItsAssignmentAlone() {
        assign("place", "policyDefinitions/place", ",'parameters':{'place':{'value':'westus'}}");
        var again = again();

        assertThat(again.scanned()).isEqualTo(1);
        assertThat(again.judged()).isZero();
        assertThat(turned(again)).hasSize(8).allMatch(line -> line.startsWith("place policy "));
    }

    @Test
    void aParameterOfAnInitiativeIsScannedUnderTheMemberThatTakesIt() {
        assign("both", "policySetDefinitions/both", ",'parameters':{'two':{'value':'westus'}}");
        var again = again();

        assertThat(again.scanned()).isEqualTo(1);
        assertThat(turned(again)).hasSize(8).allMatch(line -> line.startsWith("both two policy "));
    }

    @Test
    void whatAnAssignmentIsCalledDecidesNothing() {
        assign("place", "policyDefinitions/place", ",'displayName':'Where machines are'");
        var again = again();

        assertThat(again.scanned()).isZero();
        assertThat(again.judged()).isZero();
        assertThat(again.changes()).isEmpty();
    }

    @Test
    void anAssignmentThatGoesTakesItsVerdictsAndOneThatComesIsScanned() {
        catalog = catalog.without(assignmentId("place"));
        var gone = again();
        assertThat(gone.scanned()).isZero();
        assertThat(turned(gone)).hasSize(8).allMatch(line -> line.startsWith("place policy "));

        assign("place", "policyDefinitions/place", "");
        var back = again();
        assertThat(back.scanned()).isEqualTo(1);
        assertThat(back.judged()).isZero();
        assertThat(turned(back)).hasSize(8).allMatch(line -> line.startsWith("place policy "));
    }

    @Test
    void anExcludedScopeIsScannedUnderItsAssignment() {
        assign("place", "policyDefinitions/place", ",'notScopes':['%s']".formatted(groupId(0, 0)));
        var again = again();

        assertThat(again.scanned()).isEqualTo(1);
        assertThat(turned(again))
                .containsExactlyInAnyOrder("place policy m000", "place policy m001");
    }

    @Test
    void anExemptionDecidesItsScopeWhenItComesAndWhenItExpires() {
        exempt(groupId(0, 1), "place");
        var exempted = again();
        assertThat(exempted.judged()).isEqualTo(2);
        assertThat(exempted.scanned()).isZero();
        assertThat(turned(exempted))
                .containsExactlyInAnyOrder("place exemption m010", "place exemption m011");

        now = Instant.parse("2026-11-23T00:00:00Z");
        var expired = again();
        assertThat(expired.judged()).isEqualTo(2);
        assertThat(turned(expired)).containsExactlyInAnyOrder("place time m010", "place time m011");
    }

    @Test
    void anAttestationDecidesItsResourceWhenItComesAndWhenItExpires() {
        catalog =
                catalog.with(
                        PolicyObjectReader.attestation(
                                        json(
                                                "{'id':'%s/providers/Microsoft.PolicyInsights/attestations/a','name':'a','properties':{'policyAssignmentId':'%s','complianceState':'Compliant','expiresOn':'2026-11-22T00:00:00Z'}}"
                                                        .formatted(
                                                                machineId(1, 1, 0),
                                                                assignmentId("manual"))),
                                        Faults.in("a", Dynamic.NULL))
                                .orElseThrow());
        var attested = again();
        assertThat(attested.judged()).isEqualTo(1);
        assertThat(turned(attested)).containsExactly("manual attestation m110");

        now = Instant.parse("2026-11-23T00:00:00Z");
        var expired = again();
        assertThat(expired.judged()).isEqualTo(1);
        assertThat(turned(expired)).containsExactly("manual time m110");
    }

    @Test
    void theTagsOfAGroupDecideWhatIsInItWhereARuleReadsThem() {
        var again = put(group(1, 1, "prod"));

        // The group itself under every policy, its two machines under one.
        assertThat(again.judged()).isEqualTo(POLICIES + 2);
        assertThat(turned(again))
                .containsExactlyInAnyOrder("groupTag container m110", "groupTag container m111");
    }

    @Test
    void theTagsOfASubscriptionDecideWhatIsInItWhereARuleReadsThem() {
        var again = put(subscription(0, "prod"));

        // The subscription itself under every policy, two groups and four machines under one.
        assertThat(again.judged()).isEqualTo(POLICIES + 6);
        assertThat(turned(again))
                .containsExactlyInAnyOrder(
                        "subscriptionTag container m000",
                        "subscriptionTag container m001",
                        "subscriptionTag container m010",
                        "subscriptionTag container m011");
    }

    @Test
    void aSubscriptionThatMovesIsDecidedUnderWhatLooksAtManagementGroups() {
        assign(
                "place",
                "policyDefinitions/place",
                ",'notScopes':['/providers/Microsoft.Management/managementGroups/right']");
        assign("vault", "policyDefinitions/vault", "", SUBSCRIPTION + "1");
        again();
        groupOf.put("00000000-0000-0000-0000-000000000001", "right");
        var again = again();

        assertThat(again.scanned()).isZero();
        // The subscription, its groups and machines; the assignment at the subscription is not
        // asked.
        assertThat(again.judged()).isEqualTo((POLICIES - 1) * 7L);
        assertThat(turned(again))
                .containsExactlyInAnyOrder(
                        "place managementGroups m100",
                        "place managementGroups m101",
                        "place managementGroups m110",
                        "place managementGroups m111");
    }

    @Test
    void anExemptionOfAGroupThatGoesWhileASubscriptionLeavesTheGroupIsDecided() {
        String scope = SUBSCRIPTION + "1";
        String at = scope + AUTHORIZATION + "policyAssignments/own";
        assign("own", "policyDefinitions/vault", "", scope);
        exemptOf("/providers/Microsoft.Management/managementGroups/left", at);
        again();
        catalog =
                catalog.without(
                        "/providers/Microsoft.Management/managementGroups/left"
                                + AUTHORIZATION
                                + "policyExemptions/e");
        groupOf.put("00000000-0000-0000-0000-000000000001", "right");

        assertThat(turned(again()))
                .contains("own exemption m100", "own exemption m111")
                .noneMatch(line -> line.startsWith("own") && line.contains("m0"));
    }

    @Test
    void withoutAChangeNothingIsDecided() {
        now = now.plusSeconds(60);
        snapshot = snapshot.with(List.of(), Set.of(), now).compacted();
        var again = again();

        assertThat(again.judged()).isZero();
        assertThat(again.scanned()).isZero();
        assertThat(again.changes()).isEmpty();
    }

    /// After every trigger the verdicts are those of a full scan.
    private Reevaluation again() {
        var engine = engine();
        assertThat(engine.diagnostics()).isEmpty();
        var again = Reevaluation.of(state, engine, snapshot);
        assertThat(again.state().verdicts().since(engine.scan(snapshot))).isEmpty();
        state = again.state();
        return again;
    }

    private Reevaluation put(Dynamic resource) {
        snapshot = snapshot.with(List.of(resource), Set.of(), now);
        return again();
    }

    private PolicyEngine engine() {
        var at = now;
        return PolicyEngine.of(catalog.with(new Tree(Map.copyOf(groupOf))), FIELDS, () -> at);
    }

    /// `assignment [member] cause resource` of each verdict that turned.
    private Set<String> turned(Reevaluation again) {
        var lines = new TreeSet<String>();
        for (var change : again.changes()) {
            String assignment = change.key().assignmentId();
            for (int ordinal : change.resources()) {
                String id = snapshot.idOf(ordinal).orElseThrow();
                lines.add(
                        assignment.substring(assignment.lastIndexOf('/') + 1)
                                + (change.key().referenceId().isEmpty()
                                        ? " "
                                        : " " + change.key().referenceId() + " ")
                                + change.cause().wireName()
                                + " "
                                + id.substring(id.lastIndexOf('/') + 1));
            }
        }
        return lines;
    }

    private void define(String name, String properties) throws DiagnosticException {
        catalog =
                catalog.with(
                        new PolicyDefinitionReader(FIELDS)
                                .read(
                                        name,
                                        json(
                                                "{'mode':'All',"
                                                        + properties.replace("%s", MACHINE)
                                                        + "}"))
                                .orThrow()
                                .withId(AUTHORIZATION + "policyDefinitions/" + name, name));
    }

    private void assign(String name, String what, String more) {
        assign(name, what, more, ROOT);
    }

    private void assign(String name, String what, String more, String scope) {
        catalog =
                catalog.without(assignmentId(name))
                        .with(
                                PolicyObjectReader.assignment(
                                                json(
                                                        "{'id':'%s%spolicyAssignments/%s','name':'%s','properties':{'policyDefinitionId':'%s%s'%s}}"
                                                                .formatted(
                                                                        scope,
                                                                        AUTHORIZATION,
                                                                        name,
                                                                        name,
                                                                        AUTHORIZATION,
                                                                        what,
                                                                        more)),
                                                Faults.in(name, Dynamic.NULL))
                                        .orElseThrow());
    }

    private void exempt(String scope, String assignment) {
        exemptOf(scope, assignmentId(assignment));
    }

    private void exemptOf(String scope, String assignmentId) {
        catalog =
                catalog.with(
                        PolicyObjectReader.exemption(
                                        json(
                                                "{'id':'%s%spolicyExemptions/e','name':'e','properties':{'policyAssignmentId':'%s','exemptionCategory':'Waiver','expiresOn':'2026-11-22T00:00:00Z'}}"
                                                        .formatted(
                                                                scope,
                                                                AUTHORIZATION,
                                                                assignmentId)),
                                        Faults.in("e", Dynamic.NULL))
                                .orElseThrow());
    }

    private static String assignmentId(String name) {
        return ROOT + AUTHORIZATION + "policyAssignments/" + name;
    }

    private static String groupId(int s, int g) {
        return SUBSCRIPTION + s + "/resourceGroups/g" + g;
    }

    private static String machineId(int s, int g, int m) {
        return "%s/providers/Microsoft.Compute/virtualMachines/m%d%d%d"
                .formatted(groupId(s, g), s, g, m);
    }

    private static Dynamic subscription(int s, String env) {
        return json(
                "{'id':'%s%d','name':'s%2$d','type':'Microsoft.Resources/subscriptions','tags':{'env':'%s'}}"
                        .formatted(SUBSCRIPTION, s, env));
    }

    private static Dynamic group(int s, int g, String env) {
        return json(
                "{'id':'%s','name':'g%d','type':'Microsoft.Resources/subscriptions/resourceGroups','location':'eastus','tags':{'env':'%s'}}"
                        .formatted(groupId(s, g), g, env));
    }

    private static Dynamic machine(int s, int g, int m, String location) {
        return json(
                "{'id':'%s','name':'m%d%d%d','type':'Microsoft.Compute/virtualMachines','location':'%s','properties':{'storageProfile':{'osDisk':{'osType':'Linux'}},'applicationProfile':{'galleryApplications':[{'packageReferenceId':'%s/applications/%s/versions/1.0.0'}]}}}"
                        .formatted(
                                machineId(s, g, m),
                                s,
                                g,
                                m,
                                location,
                                GALLERY,
                                m == 0 ? "a" : "b"));
    }

    private static Dynamic version(
            String application, String name, boolean excluded, String region) {
        return version(application, name, excluded, region, "2030-01-01T00:00:00Z");
    }

    private static Dynamic version(
            String application, String name, boolean excluded, String region, String endOfLife) {
        return json(
                "{'id':'%s/applications/%s/versions/%s','name':'%3$s','type':'Microsoft.Compute/galleries/applications/versions','location':'eastus','properties':{'provisioningState':'Succeeded','publishingProfile':{'source':{'mediaLink':'https://x/y'},'manageActions':{'install':'a','remove':'b'},'endOfLifeDate':'%s','excludeFromLatest':%s,'targetRegions':[{'name':'%s','regionalReplicaCount':1}]}}}"
                        .formatted(GALLERY, application, name, endOfLife, excluded, region));
    }

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace("#", "\\u0027").replace('\'', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(text, fault);
        }
    }
}
