package io.muster.policy.incremental;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.Attestation;
import io.muster.policy.definition.Exemption;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.fault.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A small estate under policies that look at everything a policy can look at, changed at random one step at a time.
final class World {
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";
    private static final String DEFINITIONS = AUTHORIZATION + "policyDefinitions/";
    private static final AliasCatalog FIELDS = AliasCatalog.conventional();
    private static final List<String> PLACES = List.of("eastus", "westeurope");
    private static final List<String> GROUPS = List.of("left", "right");

    /// The tree of management groups, by subscription.
    private record Tree(Map<String, String> groupOf) implements ManagementHierarchy {
        @Override
        public List<String> ancestors(Scope scope) {
            return scope instanceof Scope.Subscription(var id) && groupOf.containsKey(id)
                    ? List.of(groupOf.get(id), "root")
                    : List.of();
        }
    }

    private final SplittableRandom random;
    private final Map<String, String> groupOf = new TreeMap<>();
    private Instant now = Instant.parse("2026-11-21T00:00:00Z");
    private PolicyCatalog catalog;
    private Snapshot snapshot;
    private PolicyEngine engine;

    World(long seed) {
        random = new SplittableRandom(seed);
        for (int s = 0; s < 2; s++) {
            groupOf.put(subscriptionId(s), "left");
        }
        catalog = policies();
        var all = new ArrayList<Dynamic>();
        for (int s = 0; s < 2; s++) {
            all.add(subscription(s));
            for (int g = 0; g < 2; g++) {
                all.add(group(s, g));
                for (int m = 0; m < 4; m++) {
                    all.add(machine(s, g, m));
                }
            }
        }
        all.add(version("1.0.0", "2026-11-22T12:00:00Z"));
        all.add(gallery());
        all.add(application());
        snapshot = Snapshot.empty(ResourceGraphTables.STANDARD, now).with(all, Set.of(), now);
        compile();
    }

    Snapshot snapshot() {
        return snapshot;
    }

    PolicyEngine engine() {
        return engine;
    }

    private void compile() {
        catalog = catalog.with(new Tree(Map.copyOf(groupOf)));
        engine = PolicyEngine.of(catalog, FIELDS, () -> now);
        if (!engine.diagnostics().isEmpty()) {
            throw new AssertionError(engine.diagnostics());
        }
    }

    /// One change; says which.
    String step() {
        int s = random.nextInt(2);
        int g = random.nextInt(2);
        int m = random.nextInt(4);
        return switch (random.nextInt(14)) {
            case 0, 1 -> put(machine(s, g, m));
            case 2 -> delete(machineId(s, g, m));
            case 3, 4 -> put(extension(s, g, m));
            case 5 -> delete(machineId(s, g, m) + "/extensions/agent");
            case 6 -> put(vault(s, g));
            case 7 -> delete(groupId(s, g) + "/providers/Microsoft.KeyVault/vaults/v");
            case 8 -> put(group(s, g));
            case 9 -> put(subscription(s));
            case 10 -> {
                groupOf.put(subscriptionId(s), GROUPS.get(random.nextInt(2)));
                compile();
                yield "move of a subscription";
            }
            case 11 -> object(s, g, m);
            case 12 -> {
                now = now.plus(Duration.ofHours(random.nextInt(1, 30)));
                snapshot = snapshot.with(List.of(), Set.of(), now);
                yield "passing of time";
            }
            default ->
                    random.nextBoolean()
                            ? put(version(random.nextInt(1, 4) + ".0.0", "2026-11-23T00:00:00Z"))
                            : compacted();
        };
    }

    private String compacted() {
        snapshot = snapshot.compacted();
        return "compaction";
    }

    private String put(Dynamic resource) {
        snapshot = snapshot.with(List.of(resource), Set.of(), now);
        return "put of " + resource.get("id").textOr("");
    }

    private String delete(String id) {
        snapshot = snapshot.with(List.of(), Set.of(id), now);
        return "deletion of " + id;
    }

    private String object(int s, int g, int m) {
        String said =
                switch (random.nextInt(6)) {
                    case 0 -> {
                        catalog = catalog.with(exemption(machineId(s, g, m), "place", 20));
                        yield "exemption of a machine";
                    }
                    case 1 -> {
                        catalog = catalog.with(exemption(groupId(s, g), "agent", 30));
                        yield "exemption of a group";
                    }
                    case 2 -> {
                        catalog = catalog.without(exemptionId(machineId(s, g, m), "place"));
                        yield "end of an exemption";
                    }
                    case 3 -> {
                        catalog = catalog.with(attestation(machineId(s, g, m)));
                        yield "attestation";
                    }
                    case 4 -> {
                        catalog = assigned(catalog, "place", parameter());
                        yield "parameter";
                    }
                    default -> {
                        catalog =
                                random.nextBoolean()
                                        ? catalog.without(assignmentId("vault"))
                                        : assigned(catalog, "vault", "");
                        yield "assignment";
                    }
                };
        compile();
        return said;
    }

    private String parameter() {
        return ",'parameters':{'place':{'value':'" + PLACES.get(random.nextInt(2)) + "'}}";
    }

    private PolicyCatalog policies() {
        String machine = "{'field':'type','equals':'Microsoft.Compute/virtualMachines'}";
        var all = PolicyCatalog.empty();
        all =
                defined(
                        all,
                        "place",
                        "'parameters':{'place':{'type':'String'}},'policyRule':{'if':{'allOf':[%s,{'field':'location','notEquals':'[parameters(\"place\")]'}]},'then':{'effect':'audit'}}"
                                .formatted(machine));
        all =
                defined(
                        all,
                        "agent",
                        "'policyRule':{'if':%s,'then':{'effect':'auditIfNotExists','details':{'type':'Microsoft.Compute/virtualMachines/extensions','existenceCondition':{'field':'Microsoft.Compute/virtualMachines/extensions/publisher','equals':'Contoso'}}}}"
                                .formatted(machine));
        all =
                defined(
                        all,
                        "vault",
                        "'policyRule':{'if':%s,'then':{'effect':'auditIfNotExists','details':{'type':'Microsoft.KeyVault/vaults','existenceScope':'ResourceGroup','existenceCondition':{'field':'location','equals':'[field(\"location\")]'}}}}"
                                .formatted(machine));
        all =
                defined(
                        all,
                        "vaultInSubscription",
                        "'policyRule':{'if':{'field':'type','equals':'Microsoft.Resources/subscriptions'},'then':{'effect':'auditIfNotExists','details':{'type':'Microsoft.KeyVault/vaults','existenceScope':'Subscription'}}}");
        all =
                defined(
                        all,
                        "vaultElsewhere",
                        "'policyRule':{'if':%s,'then':{'effect':'auditIfNotExists','details':{'type':'Microsoft.KeyVault/vaults','resourceGroupName':'g1','name':'v'}}}"
                                .formatted(machine));
        all =
                defined(
                        all,
                        "groupTag",
                        "'policyRule':{'if':{'allOf':[%s,{'value':'[resourceGroup().tags.env]','notEquals':'[subscription().displayName]'}]},'then':{'effect':'audit'}}"
                                .formatted(machine));
        all =
                defined(
                        all,
                        "fresh",
                        "'policyRule':{'if':{'allOf':[%s,{'value':'[utcNow()]','greater':'2026-11-22T06:00:00Z'}]},'then':{'effect':'audit'}}"
                                .formatted(machine));
        all =
                defined(
                        all,
                        "manual",
                        "'policyRule':{'if':%s,'then':{'effect':'manual','details':{'defaultState':'Unknown'}}}"
                                .formatted(machine));
        all =
                defined(
                        all,
                        "newest",
                        "'policyRule':{'if':%s,'then':{'effect':'auditIfNotExists','details':{'type':'Muster.VmApplications/assessments','existenceCondition':{'count':{'field':'Muster.VmApplications/assessments/applications[*]','where':{'field':'Muster.VmApplications/assessments/applications[*].behindLatest','equals':true}},'equals':0}}}}"
                                .formatted(machine));
        all = assigned(all, "place", ",'parameters':{'place':{'value':'eastus'}}");
        for (String name :
                List.of(
                        "agent",
                        "vault",
                        "vaultInSubscription",
                        "vaultElsewhere",
                        "groupTag",
                        "fresh",
                        "manual",
                        "newest")) {
            all = assigned(all, name, "");
        }
        return all;
    }

    private static PolicyCatalog defined(PolicyCatalog all, String name, String properties) {
        var read =
                new PolicyDefinitionReader(FIELDS)
                        .read(name, json("{'mode':'All'," + properties + "}"));
        if (read.definition() == null) {
            throw new AssertionError(read.diagnostics());
        }
        return all.with(read.definition().withId(DEFINITIONS + name, name));
    }

    /// Below a management group, so that a move of a subscription matters; `place` leaves the other group out.
    private static PolicyCatalog assigned(PolicyCatalog all, String name, String more) {
        var faults = Faults.in(name, Dynamic.NULL);
        String out =
                name.equals("place")
                        ? ",'notScopes':['/providers/Microsoft.Management/managementGroups/right']"
                        : "";
        var assignment =
                PolicyObjectReader.assignment(
                        json(
                                "{'id':'%s','name':'%s','properties':{'policyDefinitionId':'%s%s'%s%s}}"
                                        .formatted(
                                                assignmentId(name),
                                                name,
                                                DEFINITIONS,
                                                name,
                                                out,
                                                more)),
                        faults);
        return all.with(assignment.orElseThrow(() -> new AssertionError(faults.all())));
    }

    private static String assignmentId(String name) {
        return "/providers/Microsoft.Management/managementGroups/"
                + (name.equals("place") ? "root" : "left")
                + AUTHORIZATION
                + "policyAssignments/"
                + name;
    }

    private static String exemptionId(String scope, String assignment) {
        return scope + AUTHORIZATION + "policyExemptions/" + assignment;
    }

    private Exemption exemption(String scope, String assignment, int hours) {
        var faults = Faults.in("exemption", Dynamic.NULL);
        return PolicyObjectReader.exemption(
                        json(
                                "{'id':'%s','name':'e','properties':{'policyAssignmentId':'%s','exemptionCategory':'Waiver','expiresOn':'%s'}}"
                                        .formatted(
                                                exemptionId(scope, assignment),
                                                assignmentId(assignment),
                                                now.plus(Duration.ofHours(hours)))),
                        faults)
                .orElseThrow(() -> new AssertionError(faults.all()));
    }

    private Attestation attestation(String machine) {
        var faults = Faults.in("attestation", Dynamic.NULL);
        return PolicyObjectReader.attestation(
                        json(
                                "{'id':'%s/providers/Microsoft.PolicyInsights/attestations/a','name':'a','properties':{'policyAssignmentId':'%s','complianceState':'%s','expiresOn':'%s'}}"
                                        .formatted(
                                                machine,
                                                assignmentId("manual"),
                                                random.nextBoolean() ? "Compliant" : "NonCompliant",
                                                now.plus(Duration.ofHours(25)))),
                        faults)
                .orElseThrow(() -> new AssertionError(faults.all()));
    }

    private static String subscriptionId(int s) {
        return "00000000-0000-0000-0000-00000000000" + s;
    }

    private static String groupId(int s, int g) {
        return "/subscriptions/" + subscriptionId(s) + "/resourceGroups/g" + g;
    }

    private static String machineId(int s, int g, int m) {
        return groupId(s, g) + "/providers/Microsoft.Compute/virtualMachines/m" + m;
    }

    private static final String GALLERY =
            groupId(0, 0) + "/providers/Microsoft.Compute/galleries/gal";

    private static Dynamic gallery() {
        return json(
                "{'id':'%s','name':'gal','type':'Microsoft.Compute/galleries','location':'eastus','properties':{}}"
                        .formatted(GALLERY));
    }

    private static Dynamic application() {
        return json(
                "{'id':'%s/applications/app','name':'app','type':'Microsoft.Compute/galleries/applications','location':'eastus','properties':{'supportedOSType':'Linux'}}"
                        .formatted(GALLERY));
    }

    private static Dynamic version(String name, String endOfLife) {
        return json(
                "{'id':'%s/applications/app/versions/%s','name':'%s','type':'Microsoft.Compute/galleries/applications/versions','location':'eastus','properties':{'provisioningState':'Succeeded','publishingProfile':{'source':{'mediaLink':'https://x/y'},'manageActions':{'install':'a','remove':'b'},'endOfLifeDate':'%s','excludeFromLatest':false,'targetRegions':[{'name':'East US','regionalReplicaCount':1},{'name':'West Europe','regionalReplicaCount':1}]}}}"
                        .formatted(GALLERY, name, name, endOfLife));
    }

    private Dynamic subscription(int s) {
        return json(
                "{'id':'/subscriptions/%s','name':'%s','type':'Microsoft.Resources/subscriptions','displayName':'%s'}"
                        .formatted(subscriptionId(s), subscriptionId(s), random.nextInt(2)));
    }

    private Dynamic group(int s, int g) {
        return json(
                "{'id':'%s','name':'g%d','type':'Microsoft.Resources/subscriptions/resourceGroups','location':'eastus','tags':{'env':'%d'}}"
                        .formatted(groupId(s, g), g, random.nextInt(2)));
    }

    private Dynamic machine(int s, int g, int m) {
        return json(
                "{'id':'%s','name':'m%d','type':'Microsoft.Compute/virtualMachines','location':'%s','properties':{'storageProfile':{'osDisk':{'osType':'Linux'}},'applicationProfile':{'galleryApplications':[{'packageReferenceId':'%s/applications/app/versions/%d.0.0'}]}}}"
                        .formatted(
                                machineId(s, g, m),
                                m,
                                PLACES.get(random.nextInt(2)),
                                GALLERY,
                                random.nextInt(1, 4)));
    }

    private Dynamic extension(int s, int g, int m) {
        return json(
                "{'id':'%s/extensions/agent','name':'agent','type':'Microsoft.Compute/virtualMachines/extensions','location':'eastus','properties':{'publisher':'%s'}}"
                        .formatted(machineId(s, g, m), random.nextBoolean() ? "Contoso" : "Other"));
    }

    private Dynamic vault(int s, int g) {
        return json(
                "{'id':'%s/providers/Microsoft.KeyVault/vaults/v','name':'v','type':'Microsoft.KeyVault/vaults','location':'%s'}"
                        .formatted(groupId(s, g), PLACES.get(random.nextInt(2))));
    }

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace("\"", "\\u0027").replace('\'', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(text, fault);
        }
    }
}
