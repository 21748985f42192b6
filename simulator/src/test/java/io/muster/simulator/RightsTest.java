package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No way around rights by what policies deploy, by tokens that name nobody, by roles written otherwise, and by the data of storage.
class RightsTest {
    private static final String CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
    private static final String READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";
    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private int status(String method, String path, String principal) {
        return bench.send(
                        method,
                        path,
                        Dynamic.NULL,
                        Map.of("Authorization", "Bearer " + Bench.token(principal)))
                .status();
    }

    private int status(String method, String path) {
        return bench.send(method, path, Dynamic.NULL).status();
    }

    private ArmResponse put(String path, String body) {
        return bench.send("PUT", path, Bench.parse(body));
    }

    private void role(String scope, String principal, String role) {
        bench.azure.seed(
                Bench.parse(
                        """
                        {"id":"%s%sroleAssignments/%s","name":"%s","type":"Microsoft.Authorization/roleAssignments",
                         "properties":{"principalId":"%s","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/%s"}}
                        """
                                .formatted(
                                        scope,
                                        AUTHORIZATION,
                                        principal,
                                        principal,
                                        principal,
                                        role)));
    }

    private static final String INSTALLS =
            """
            {"if":{"field":"type","equals":"Microsoft.Compute/virtualMachines"},"then":{"effect":"deployIfNotExists","details":{"type":"Microsoft.Compute/virtualMachines","name":"[field('name')]",
             "roleDefinitionIds":["/providers/Microsoft.Authorization/roleDefinitions/9980e02c-c2be-4d73-94e8-173b1dc7cf3c"],
             "existenceCondition":{"field":"tags['never']","equals":"there"},
             "deployment":{"properties":{"mode":"incremental","parameters":{"vm":{"value":"[field('name')]"}},"template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","parameters":{"vm":{"type":"string"}},
              "resources":[{"type":"Microsoft.Compute/virtualMachines/VMapplications","apiVersion":"2021-07-01","name":"[concat(parameters('vm'), '/agent')]","location":"westeurope","properties":{"packageReferenceId":"@V"}}]}}}}}}
            """
                    .replace("@V", Bench.versionId("agent", "1.0.0"));

    private ArmResponse assign(String rule, String identity) {
        Bench.must(
                put(
                        Bench.SUBSCRIPTION + AUTHORIZATION + "policyDefinitions/p1",
                        "{\"properties\":{\"mode\":\"All\",\"policyRule\":" + rule + "}}"));
        var assigned =
                put(
                        Bench.GROUP + AUTHORIZATION + "policyAssignments/a1",
                        "{\"location\":\"westeurope\""
                                + identity
                                + ",\"properties\":{\"policyDefinitionId\":\""
                                + Bench.SUBSCRIPTION
                                + AUTHORIZATION
                                + "policyDefinitions/p1\"}}");
        Bench.must(assigned);
        return assigned;
    }

    @Test
    void policyDeploysWithItsOwnIdentityAlone() {
        String owner = "0b9c4f6e-0000-4000-8000-000000000001";
        String named = ",\"identity\":{\"type\":\"%s\",\"principalId\":\"" + owner + "\"}";
        for (String identity :
                List.of("", named.formatted("SystemAssigned"), named.formatted("None"))) {
            var assigned = assign(INSTALLS, identity);
            assertThat(assigned.text()).doesNotContain(owner);
            Bench.must(
                    bench.send(
                            "PATCH",
                            Bench.machineId("vm1"),
                            Bench.parse("{\"tags\":{\"a\":\"b\"}}")));
            bench.settle();
            assertThat(bench.results("vm1")).as("with '%s'", identity).isEmpty();
        }
        String assignment = Bench.GROUP + AUTHORIZATION + "policyAssignments/a1";
        var patched =
                bench.send(
                        "PATCH",
                        assignment,
                        Bench.parse("{" + named.formatted("SystemAssigned").substring(1) + "}"));
        assertThat(patched.text()).doesNotContain(owner);
        String principal = bench.json("GET", assignment).path("identity", "principalId").textOr("");
        role(Bench.GROUP, principal, CONTRIBUTOR);
        Bench.must(
                bench.send(
                        "PATCH", Bench.machineId("vm1"), Bench.parse("{\"tags\":{\"a\":\"c\"}}")));
        bench.settle();
        assertThat(bench.results("vm1")).containsEntry("agent", "Install SUCCESS");
    }

    @Test
    void policyDeploysWithTheUserAssignedIdentityThatItWasGiven() {
        String principal = bench.identity("deploys");
        String identity =
                ",\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"%s\":{}}}"
                        .formatted(Bench.identityId("deploys"));
        var assigned = assign(INSTALLS, identity);
        assertThat(
                        Bench.parse(assigned.text())
                                .path("identity", "userAssignedIdentities")
                                .get(Bench.identityId("deploys"))
                                .get("principalId")
                                .textOr(""))
                .isEqualTo(principal);
        Bench.must(
                bench.send(
                        "PATCH", Bench.machineId("vm1"), Bench.parse("{\"tags\":{\"a\":\"b\"}}")));
        bench.settle();
        // It has no right yet.
        assertThat(bench.results("vm1")).isEmpty();
        role(Bench.GROUP, principal, CONTRIBUTOR);
        Bench.must(
                bench.send(
                        "PATCH", Bench.machineId("vm1"), Bench.parse("{\"tags\":{\"a\":\"c\"}}")));
        bench.settle();
        assertThat(bench.results("vm1")).containsEntry("agent", "Install SUCCESS");
    }

    @Test
    void anIdentityIsGivenByWhoMayAssignIt() {
        bench.identity("strong");
        role(Bench.machineId("vm1"), "mallory", CONTRIBUTOR);
        var mallory = Map.of("Authorization", "Bearer " + Bench.token("mallory"));
        var given =
                Bench.parse(
                        "{\"identity\":{\"type\":\"SystemAssigned, UserAssigned\",\"principalId\":\"x\",\"userAssignedIdentities\":{\"%s\":{}}}}"
                                .formatted(Bench.identityId("strong")));
        var refused = bench.send("PATCH", Bench.machineId("vm1"), given, mallory);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(Bench.code(refused)).isEqualTo("LinkedAuthorizationFailed");
        role(Bench.identityId("strong"), "mallory", "f1a07417-d97a-45cb-824c-7a7467783830");
        Bench.must(bench.send("PATCH", Bench.machineId("vm1"), given, mallory));
        var identity = bench.json("GET", Bench.machineId("vm1")).get("identity");
        assertThat(identity.get("principalId").textOr("")).hasSize(36);
        assertThat(
                        identity.path("userAssignedIdentities", Bench.identityId("strong"))
                                .get("principalId")
                                .textOr(""))
                .isEqualTo(
                        bench.json("GET", Bench.identityId("strong"))
                                .path("properties", "principalId")
                                .textOr("none"));
        // Nobody says who an identity is.
        Bench.must(
                put(
                        Bench.identityId("strong"),
                        "{\"location\":\"westeurope\",\"properties\":{\"principalId\":\"theirs\"}}"));
        assertThat(bench.send("GET", Bench.identityId("strong"), Dynamic.NULL).text())
                .doesNotContain("theirs");
    }

    @Test
    void denyActionKeepsInstancesHoweverTheyAreToGo() {
        String sets = Bench.GROUP + "/providers/Microsoft.Compute/virtualMachineScaleSets/";
        for (String mode : List.of("Uniform", "Flexible")) {
            Bench.must(
                    put(
                            sets + mode,
                            """
                            {"location":"westeurope","sku":{"name":"s","capacity":2},"properties":{"orchestrationMode":"%s",
                             "virtualMachineProfile":{"storageProfile":{"osDisk":{"osType":"Linux"}}}}}
                            """
                                    .formatted(mode)));
        }
        bench.settle();
        assign(
                """
                {"if":{"field":"type","in":["Microsoft.Compute/virtualMachines","Microsoft.Compute/virtualMachineScaleSets/virtualMachines"]},
                 "then":{"effect":"denyAction","details":{"actionNames":["delete"]}}}
                """,
                "");
        String member =
                bench
                        .json("GET", Bench.GROUP + "/providers/Microsoft.Compute/virtualMachines")
                        .get("value")
                        .items()
                        .stream()
                        .map(vm -> vm.get("name").textOr(""))
                        .filter(name -> name.startsWith("Flexible"))
                        .findFirst()
                        .orElseThrow();
        for (var tried :
                List.of(
                        bench.send(
                                "POST",
                                sets + "Uniform/delete",
                                Bench.parse("{\"instanceIds\":[\"0\"]}")),
                        bench.send(
                                "POST",
                                sets + "Flexible/delete",
                                Bench.parse("{\"instanceIds\":[\"" + member + "\"]}")),
                        bench.send("DELETE", sets + "Uniform/virtualMachines/0", Dynamic.NULL),
                        bench.send(
                                "PATCH",
                                sets + "Uniform",
                                Bench.parse("{\"sku\":{\"capacity\":1}}")),
                        bench.send(
                                "PATCH",
                                sets + "Flexible",
                                Bench.parse("{\"sku\":{\"capacity\":0}}")),
                        bench.send("DELETE", sets + "Flexible", Dynamic.NULL))) {
            assertThat(tried.status()).as(tried.text()).isEqualTo(403);
            assertThat(Bench.code(tried)).isEqualTo("RequestDisallowedByPolicy");
        }
        assertThat(bench.json("GET", sets + "Uniform").path("sku", "capacity").longOr(0))
                .isEqualTo(2);
        // Children go with their parent.
        assertThat(status("DELETE", sets + "Uniform")).isEqualTo(202);
    }

    @Test
    void denyActionKeepsAResourceAndItsGroup() {
        assign(
                "{\"if\":{\"field\":\"type\",\"equals\":\"Microsoft.Compute/virtualMachines\"},"
                        + "\"then\":{\"effect\":\"denyAction\",\"details\":{\"actionNames\":[\"delete\"],"
                        + "\"cascadeBehaviors\":{\"resourceGroups\":\"deny\"}}}}",
                "");
        for (String id : List.of(Bench.machineId("vm1"), Bench.GROUP)) {
            var refused = bench.send("DELETE", id, Dynamic.NULL);
            assertThat(refused.status()).as(id).isEqualTo(403);
            assertThat(Bench.code(refused)).isEqualTo("RequestDisallowedByPolicy");
        }
        assertThat(status("DELETE", Bench.versionId("agent", "1.0.0"))).isLessThan(300);
    }

    @Test
    void tokenWithoutObjectIdIsNotTheOwners() {
        for (String claims : List.of("{\"sub\":\"guest\"}", "{\"appid\":\"a\"}", "{}")) {
            var encoder = Base64.getUrlEncoder().withoutPadding();
            String token =
                    "e30."
                            + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                            + ".c2ln";
            assertThat(
                            bench.send(
                                            "DELETE",
                                            Bench.machineId("vm1"),
                                            Dynamic.NULL,
                                            Map.of("Authorization", "Bearer " + token))
                                    .status())
                    .as(claims)
                    .isEqualTo(403);
        }
    }

    @Test
    void roleAssignmentIsNotPatchedToAnotherAndDenyAssignmentsAreNobodysToWrite() {
        String assignment =
                Bench.GROUP
                        + AUTHORIZATION
                        + "roleAssignments/11111111-1111-1111-1111-111111111111";
        String properties =
                "{\"properties\":{\"principalId\":\"%s\",\"roleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/%s\"}}";
        Bench.must(put(assignment, properties.formatted("p1", READER)));
        for (String other :
                List.of(
                        properties.formatted("p2", READER),
                        properties.formatted("p1", "nonsense"))) {
            assertThat(bench.send("PATCH", assignment, Bench.parse(other)).status()).isEqualTo(405);
        }
        assertThat(
                        put(
                                        Bench.GROUP + AUTHORIZATION + "denyAssignments/x",
                                        "{\"properties\":{\"permissions\":[{\"actions\":[\"*\"]}]}}")
                                .status())
                .isEqualTo(405);
    }

    @Test
    void blobsAreReadAndWrittenWithARightToTheirDataOrALinkThatOpensThem() {
        String account = Bench.GROUP + "/providers/Microsoft.Storage/storageAccounts/acc1";
        Bench.must(
                put(
                        account,
                        "{\"location\":\"westeurope\",\"properties\":{\"allowBlobPublicAccess\":false}}"));
        Bench.must(put(account + "/blobServices/default/containers/c", "{\"properties\":{}}"));
        String blob = "/_storage/acc1/c/b";
        Bench.must(
                bench.send(
                        "PUT",
                        blob,
                        Dynamic.NULL,
                        Map.of("x-ms-blob-type", "BlockBlob", "x-ms-blob-content-length", "10")));
        for (String method : List.of("GET", "HEAD", "PUT", "DELETE")) {
            assertThat(status(method, blob, "stranger")).as(method).isEqualTo(403);
        }
        String sas = blob + "?sig=x&sp=r&se=2027-01-01";
        assertThat(status("GET", sas, "stranger")).isEqualTo(200);
        assertThat(status("DELETE", sas, "stranger")).isEqualTo(403);
        assertThat(status("PUT", blob + "?sig=x&sp=rc&se=2027-01-01", "stranger")).isEqualTo(403);
        assertThat(status("DELETE", blob + "?sig=x&sp=rw&se=2027-01-01", "stranger"))
                .isEqualTo(403);
        assertThat(written(blob + "?sig=x&sp=w&se=2027-01-01", "stranger")).isEqualTo(201);
        assertThat(written(blob + "?sig=x&sp=w&se=2026-01-01", "stranger")).isEqualTo(403);
        assertThat(written("/_storage/acc1/c/new?sig=x&sp=c&se=2027-01-01", "stranger"))
                .isEqualTo(201);
        // A link without a token is as strong as itself, not as the owner.
        assertThat(status("DELETE", blob + "?sig=x&sp=rw&se=2027-01-01")).isEqualTo(403);
        assertThat(status("DELETE", "/_storage/acc1/c/new?sig=x&sp=d&se=2027-01-01"))
                .isEqualTo(202);
        role(account, "reads", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
        assertThat(status("GET", blob, "reads")).isEqualTo(200);
        assertThat(status("DELETE", blob, "reads")).isEqualTo(403);
        assertThat(status("DELETE", blob)).isEqualTo(202);
    }

    private int written(String blob, String principal) {
        return bench.send(
                        "PUT",
                        blob,
                        Dynamic.NULL,
                        Map.of(
                                "Authorization",
                                "Bearer " + Bench.token(principal),
                                "x-ms-blob-type",
                                "BlockBlob",
                                "x-ms-blob-content-length",
                                "10"))
                .status();
    }

    @Test
    void withWhomAGalleryIsSharedIsSaidByShareAlone() {
        role(Bench.GROUP, "deployer", "9980e02c-c2be-4d73-94e8-173b1dc7cf3c");
        var deployer = Map.of("Authorization", "Bearer " + Bench.token("deployer"));
        var profile =
                Bench.parse(
                        "{\"properties\":{\"applicationProfile\":{\"galleryApplications\":[{\"packageReferenceId\":\"%s\"}]}}}"
                                .formatted(Bench.versionId("agent", "1.0.0")));
        String mine = Bench.SUBSCRIPTION.substring("/subscriptions/".length());
        for (String sharing :
                List.of(
                        "{\"permissions\":\"Groups\",\"groups\":[{\"type\":\"Subscriptions\",\"ids\":[\""
                                + mine
                                + "\"]}]}",
                        "{\"permissions\":\"Community\",\"communityGalleryInfo\":{\"publicNamePrefix\":\"pub\",\"communityGalleryEnabled\":true,\"publicNames\":[\"x\"]}}")) {
            String body =
                    "{\"location\":\"westeurope\",\"properties\":{\"sharingProfile\":"
                            + sharing
                            + "}}";
            for (String method : List.of("PUT", "PATCH")) {
                Bench.must(bench.send(method, Bench.galleryId(), Bench.parse(body)));
                assertThat(bench.send("PATCH", Bench.machineId("vm1"), profile, deployer).status())
                        .as(method + sharing)
                        .isEqualTo(403);
            }
        }
        var told =
                bench.json("GET", Bench.galleryId())
                        .path("properties", "sharingProfile", "communityGalleryInfo");
        assertThat(told.get("publicNamePrefix").textOr("")).isEqualTo("pub");
        assertThat(told.get("publicNames").isNull()).isTrue();
        Bench.must(share("{\"operationType\":\"EnableCommunity\"}"));
        Bench.must(bench.send("PATCH", Bench.machineId("vm1"), profile, deployer));
        // A PUT that says nothing of it leaves it so.
        Bench.must(put(Bench.galleryId(), "{\"location\":\"westeurope\",\"properties\":{}}"));
        assertThat(
                        bench.json("GET", Bench.galleryId())
                                .path("properties", "sharingProfile", "permissions")
                                .textOr(""))
                .isEqualTo("Community");
    }

    @Test
    void communityStaysOneWhenGroupsAreRemoved() {
        Bench.must(share("{\"operationType\":\"EnableCommunity\"}"));
        Bench.must(
                share(
                        "{\"operationType\":\"Remove\",\"groups\":[{\"type\":\"Subscriptions\",\"ids\":[\"x\"]}]}"));
        assertThat(
                        bench.json("GET", Bench.galleryId())
                                .path("properties", "sharingProfile", "permissions")
                                .textOr(""))
                .isEqualTo("Community");
    }

    private ArmResponse share(String body) {
        return bench.send("POST", Bench.galleryId() + "/share", Bench.parse(body));
    }

    @Test
    void managementGroupIsMovedByWhoMayGiveRightsInItAndWriteItsParents() {
        String groups = "/providers/Microsoft.Management/managementGroups/";
        String below = "{\"properties\":{\"details\":{\"parent\":{\"id\":\"%s\"}}}}";
        for (String top : List.of("root", "mine")) {
            Bench.must(put(groups + top, "{\"properties\":{}}"));
        }
        Bench.must(put(groups + "theirs", below.formatted(groups + "root")));
        Bench.must(put(groups + "child", below.formatted(groups + "theirs")));
        role(groups + "child", "mallory", CONTRIBUTOR);
        var mallory = Map.of("Authorization", "Bearer " + Bench.token("mallory"));
        var moving = Bench.parse(below.formatted(groups + "mine"));
        assertThat(bench.send("PUT", groups + "child", moving, mallory).status()).isEqualTo(403);
        role(groups + "child", "mallory", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
        assertThat(bench.send("PUT", groups + "child", moving, mallory).status()).isEqualTo(403);
        role(groups + "theirs", "mallory", CONTRIBUTOR);
        assertThat(bench.send("PUT", groups + "child", moving, mallory).status()).isEqualTo(200);
    }

    @Test
    void deploymentUnderADeleteLockStays() {
        String deployment = Bench.GROUP + "/providers/Microsoft.Resources/deployments/d1";
        Bench.must(
                put(
                        deployment,
                        """
                        {"properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                         "contentVersion":"1.0.0.0","resources":[]}}}
                        """));
        Bench.must(
                put(
                        Bench.GROUP + AUTHORIZATION + "locks/keep",
                        "{\"properties\":{\"level\":\"CanNotDelete\"}}"));
        assertThat(status("DELETE", deployment)).isEqualTo(409);
        assertThat(status("GET", deployment)).isEqualTo(200);
    }

    @Test
    void noTwoIdentitiesAreOnePrincipal() {
        // Names whose hash codes are the same.
        assertThat("id-an".hashCode()).isEqualTo("id-c0".hashCode());
        String principal = bench.identity("id-an");
        assertThat(bench.identity("id-c0")).isNotEqualTo(principal);
        // Nor one and another that comes in its place.
        Bench.must(bench.send("DELETE", Bench.identityId("id-an"), Dynamic.NULL));
        assertThat(bench.identity("id-an")).isNotEqualTo(principal);
        bench.machine("vm-an", "Linux");
        bench.machine("vm-c0", "Linux");
        assertThat(bench.json("GET", Bench.machineId("vm-an")).path("properties", "vmId"))
                .isNotEqualTo(
                        bench.json("GET", Bench.machineId("vm-c0")).path("properties", "vmId"));
    }

    @Test
    void anIdentityIsNotGivenByNamingItBeforeItIsThere() {
        role(Bench.machineId("vm1"), "mallory", CONTRIBUTOR);
        var mallory = Map.of("Authorization", "Bearer " + Bench.token("mallory"));
        var given =
                Bench.parse(
                        "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"%s\":{}}}}"
                                .formatted(Bench.identityId("later")));
        Bench.must(bench.send("PATCH", Bench.machineId("vm1"), given, mallory));
        String principal = bench.identity("later");
        for (var body : List.of(given, Bench.parse("{\"tags\":{\"a\":\"b\"}}"))) {
            Bench.must(bench.send("PATCH", Bench.machineId("vm1"), body, mallory));
            assertThat(bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL).text())
                    .doesNotContain(principal);
        }
        // Whoever may assign it gives it.
        Bench.must(bench.send("PATCH", Bench.machineId("vm1"), given));
        assertThat(bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL).text())
                .contains(principal);
    }

    @Test
    void aGalleryReadsWithTheIdentityThatItWasGivenAlone() {
        role(Bench.galleryId(), "mallory", CONTRIBUTOR);
        String account = Bench.GROUP + "/providers/Microsoft.Storage/storageAccounts/theirs";
        Bench.must(
                put(
                        account,
                        "{\"location\":\"westeurope\",\"properties\":{\"allowBlobPublicAccess\":false}}"));
        Bench.must(put(account + "/blobServices/default/containers/c", "{\"properties\":{}}"));
        Bench.must(
                bench.send(
                        "PUT",
                        "/_storage/theirs/c/p",
                        Dynamic.NULL,
                        Map.of("x-ms-blob-type", "BlockBlob", "x-ms-blob-content-length", "10")));
        var given =
                Bench.parse(
                        "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"%s\":{}}}}"
                                .formatted(Bench.identityId("reader")));
        var mallory = Map.of("Authorization", "Bearer " + Bench.token("mallory"));
        Bench.must(bench.send("PATCH", Bench.galleryId(), given, mallory));
        role(account, bench.identity("reader"), "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
        String version = Bench.versionId("agent", "2.0.0");
        String body =
                "{\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{\"source\":{\"mediaLink\":\"https://theirs.blob.core.windows.net/c/p\"},\"manageActions\":{\"install\":\"i\",\"remove\":\"r\"}}}}";
        var refused = bench.send("PUT", version, Bench.parse(body), mallory);
        assertThat(refused.status()).isBetween(400, 499);
        assertThat(Bench.message(refused)).contains("Public access is not permitted");
        Bench.must(bench.send("PATCH", Bench.galleryId(), given));
        Bench.must(bench.send("PUT", version, Bench.parse(body), mallory));
    }

    private static String installsAfter(String first) {
        return INSTALLS.replace(
                        "\"resources\":[",
                        "\"resources\":[{\"type\":\"Microsoft.Compute/galleries\",\"apiVersion\":\"2021-07-01\",\"name\":\"@F\",\"location\":\"westeurope\",\"properties\":{}},")
                .replace(
                        "\"properties\":{\"packageReferenceId\"",
                        "\"dependsOn\":[\"@F\"],\"properties\":{\"packageReferenceId\"")
                .replace("@F", first);
    }

    private List<Dynamic> deployments() {
        return bench.json(
                        "GET", Bench.GROUP + "/providers/Microsoft.Resources/deployments?$top=1000")
                .get("value")
                .items();
    }

    private void assignWithRights(String rule) {
        String principal =
                Bench.parse(assign(rule, ",\"identity\":{\"type\":\"SystemAssigned\"}").text())
                        .path("identity", "principalId")
                        .textOr("");
        role(Bench.GROUP, principal, CONTRIBUTOR);
    }

    /// It never has what the policy looks for: were its later writes evaluated, each deployment would begin another one.
    @Test
    void whatAPolicyDeploysLaterBeginsNoFurtherDeployment() {
        assignWithRights(installsAfter("first"));
        Bench.must(
                bench.send(
                        "PATCH", Bench.machineId("vm1"), Bench.parse("{\"tags\":{\"a\":\"b\"}}")));
        bench.clock.step(Duration.ofSeconds(12));
        // Half-way: also in another simulated Azure that goes on with it.
        bench.send("GET", "/subscriptions", Dynamic.NULL);
        assertThat(deployments()).hasSize(1);
        var state = bench.azure.exportState();
        var other = new Bench();
        other.azure.importState(state);
        bench.settle();
        assertThat(bench.results("vm1")).containsEntry("agent", "Install SUCCESS");
        assertThat(deployments()).hasSize(1);
        other.settle();
        assertThat(other.results("vm1")).containsEntry("agent", "Install SUCCESS");
        assertThat(
                        other.json(
                                        "GET",
                                        Bench.GROUP + "/providers/Microsoft.Resources/deployments")
                                .get("value")
                                .items())
                .hasSize(1);
    }

    @Test
    void aPolicyDeploysToEachMachineWhateverTheirNames() {
        bench.machine("vm-an", "Linux");
        bench.machine("vm-c0", "Linux");
        assignWithRights(INSTALLS);
        for (String name : List.of("vm-an", "vm-c0")) {
            Bench.must(
                    bench.send(
                            "PATCH",
                            Bench.machineId(name),
                            Bench.parse("{\"tags\":{\"a\":\"b\"}}")));
        }
        bench.settle();
        assertThat(deployments()).hasSize(2);
        for (String name : List.of("vm-an", "vm-c0")) {
            assertThat(bench.results(name)).containsEntry("agent", "Install SUCCESS");
        }
    }
}
