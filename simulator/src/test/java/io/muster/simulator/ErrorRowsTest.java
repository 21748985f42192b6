package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.simulator.arm.ArmResponse;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each row of the error table (vm-applications.md section 8), produced by its condition over the wire.
class ErrorRowsTest {
    private static final String BLOB = "https://packages.blob.core.windows.net/apps/agent.zip";
    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.published("agent");
        bench.machine("vm1", "Linux");
    }

    private static void isRefused(ArmResponse answer, int status, String code, String message) {
        assertThat(answer.text()).contains("\"error\"");
        assertThat(Bench.message(answer)).isEqualTo(message);
        assertThat(Bench.code(answer)).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
    }

    private ArmResponse publish(String version, String link, String more) {
        var body = Bench.versionBody("", more);
        var publishing =
                body.path("properties", "publishingProfile")
                        .with("source", Dynamic.bag().put("mediaLink", link).build());
        return bench.send(
                "PUT",
                Bench.versionId("agent", version),
                body.with(
                        "properties",
                        body.get("properties").with("publishingProfile", publishing)));
    }

    private void storage(String access) {
        String account = Bench.GROUP + "/providers/Microsoft.Storage/storageAccounts/packages";
        Bench.must(
                bench.send(
                        "PUT",
                        account,
                        Bench.parse("{\"location\":\"westeurope\",\"properties\":{}}")));
        Bench.must(
                bench.send(
                        "PUT",
                        account + "/blobServices/default/containers/apps",
                        Bench.parse("{\"properties\":{\"publicAccess\":\"" + access + "\"}}")));
    }

    private void blob(String kind, long size) {
        Bench.must(
                bench.send(
                        "PUT",
                        "/_storage/packages/apps/agent.zip",
                        Dynamic.NULL,
                        Map.of(
                                "x-ms-blob-type",
                                kind,
                                "x-ms-blob-content-length",
                                Long.toString(size))));
    }

    @Test
    void otherOperatingSystemIsRefused() {
        bench.machine("win", "Windows");
        isRefused(
                bench.profile("win", Bench.entry("agent", "1.0.0", 0, false)),
                400,
                "InvalidParameter",
                "Current VM Application Version 1.0.0 supports OS Linux, while current OSDisk's OS is Windows.");
    }

    @Test
    void moreThanTheMaximumOfApplicationsIsRefused() {
        var small = new Bench(VmApplicationLimits.PREVIEW_2021);
        small.group();
        small.gallery();
        small.machine("vm1", "Linux");
        var entries = new ArrayList<Dynamic>();
        for (int i = 0; i < 6; i++) {
            small.application("a" + i, "Linux");
            small.version("a" + i, "1.0.0");
            entries.add(Bench.entry("a" + i, "1.0.0", 0, false));
        }
        isRefused(
                small.profile("vm1", entries.toArray(Dynamic[]::new)),
                400,
                "InvalidParameter",
                "The maximum number of VM applications (max=5, current=6) has been exceeded. Use fewer applications and retry the request.");
    }

    @Test
    void samePackageTwiceIsRefused() {
        isRefused(
                bench.profile(
                        "vm1",
                        Bench.entry("agent", "1.0.0", 0, false),
                        Bench.entry("agent", "1.0.0", 1, false)),
                400,
                "InvalidParameter",
                "More than one VM Application was specified with the same packageReferenceId.");
    }

    @Test
    void twoVersionsOfOneApplicationAreRefused() {
        bench.version("agent", "2.0.0");
        assertThat(
                        Bench.message(
                                bench.profile(
                                        "vm1",
                                        Bench.entry("agent", "1.0.0", 0, false),
                                        Bench.entry("agent", "2.0.0", 1, false))))
                .startsWith(
                        "More than one VM Application was specified with the same packageReferenceId.")
                .contains("agent");
    }

    @Test
    void subscriptionWithoutApplicationsIsRefused() {
        var entry =
                Dynamic.bag()
                        .put(
                                "packageReferenceId",
                                Bench.versionId("agent", "1.0.0")
                                        .replace("000000000001", "000000000009"))
                        .build();
        isRefused(
                bench.profile("vm1", entry),
                404,
                "NotFound",
                "Storage account in the arguments doesn't exist.");
    }

    @Test
    void callerWithoutAccessToTheVersionIsRefused() {
        String oid = "11111111-2222-3333-4444-555555555555";
        bench.azure.seed(
                Bench.parse(
                        "{\"id\":\""
                                + Bench.GROUP
                                + "/providers/Microsoft.Authorization/roleAssignments/a1\",\"name\":\"a1\",\"type\":\"Microsoft.Authorization/roleAssignments\","
                                + "\"properties\":{\"principalId\":\""
                                + oid
                                + "\",\"roleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/9980e02c-c2be-4d73-94e8-173b1dc7cf3c\"}}"));
        var token = Map.of("Authorization", "Bearer " + Bench.token(oid));
        var body =
                Dynamic.bag()
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put(
                                                "packageReferenceId",
                                                Bench.versionId("agent", "1.0.0"))
                                        .build())
                        .build();
        String child = Bench.machineId("vm1") + "/VMapplications/agent";
        isRefused(
                bench.send("PUT", child, body, token),
                403,
                "AuthorizationFailed",
                "Subscription not authorized to access this image.");
        bench.azure.seed(
                Bench.parse(
                        "{\"id\":\""
                                + Bench.galleryId()
                                + "/providers/Microsoft.Authorization/roleAssignments/a2\",\"name\":\"a2\",\"type\":\"Microsoft.Authorization/roleAssignments\","
                                + "\"properties\":{\"principalId\":\""
                                + oid
                                + "\",\"roleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"}}"));
        assertThat(bench.send("PUT", child, body, token).status()).isEqualTo(200);
    }

    @Test
    void callerWithoutAnyRoleIsRefusedEverywhere() {
        var token =
                Map.of(
                        "Authorization",
                        "Bearer " + Bench.token("99999999-2222-3333-4444-555555555555"));
        var answer = bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL, token);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(Bench.message(answer)).contains("Microsoft.Compute/virtualMachines/read");
    }

    @Test
    void missingApplicationIsRefused() {
        String id = Bench.versionId("nothing", "1.0.0");
        isRefused(
                bench.profile("vm1", Bench.entry("nothing", "1.0.0", 0, false)),
                404,
                "PlatformImageNotFound",
                "The platform image "
                        + id
                        + " isn't available. Verify that all fields in the storage profile are correct. For more details about storage profile information, see https://aka.ms/storageprofile.");
    }

    @Test
    void versionNotReplicatedToTheRegionIsRefused() {
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.machineId("far"),
                        Bench.parse(
                                "{\"location\":\"eastus\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}")));
        isRefused(
                bench.profile("far", Bench.entry("agent", "1.0.0", 0, false)),
                404,
                "GalleryImageNotFound",
                "The gallery image "
                        + Bench.versionId("agent", "1.0.0")
                        + " isn't available in eastus region. Contact image owner to replicate to this region, or change your requested region.");
    }

    @Test
    void expiredOrUnreadableSasIsRefused() {
        storage("None");
        blob("BlockBlob", 10);
        String expired = BLOB + "?sp=r&se=2026-11-20T00:00:00Z&sig=x";
        isRefused(
                publish("1.0.1", expired, ""),
                400,
                "InvalidParameter",
                "The SAS isn't valid for source uri " + expired + ".");
        String writeOnly = BLOB + "?sp=w&se=2027-11-20T00:00:00Z&sig=x";
        assertThat(Bench.message(publish("1.0.1", writeOnly, "")))
                .startsWith("The SAS isn't valid");
        assertThat(publish("1.0.1", BLOB + "?sp=r&se=2027-11-20T00:00:00Z&sig=x", "").status())
                .isEqualTo(201);
    }

    @Test
    void missingBlobIsRefused() {
        storage("Blob");
        isRefused(
                publish("1.0.1", BLOB, ""),
                400,
                "InvalidParameter",
                "The blob referenced by source uri " + BLOB + " doesn't exist.");
    }

    @Test
    void unreachableBlobIsRefusedWhereAllLinksAreFollowed() {
        var strict = new Bench(VmApplicationLimits.NOW, true);
        strict.group();
        strict.gallery();
        strict.application("agent", "Linux");
        isRefused(
                strict.send("PUT", Bench.versionId("agent", "1.0.0"), Bench.versionBody("", "")),
                400,
                "InvalidParameter",
                "The gallery application version url https://packages.example/p/app can't be accessed due to the following error: remote name not found. Ensure that the blob exists and that it's either publicly accessible or is a SAS url with read privileges.");
    }

    @Test
    void otherAnswersOfStorageAreToldInItsWords() {
        storage("None");
        blob("BlockBlob", 10);
        isRefused(
                publish("1.0.1", BLOB, ""),
                400,
                "InvalidParameter",
                "The gallery application version url "
                        + BLOB
                        + " can't be accessed due to the following error: Public access is not permitted on this storage account. Ensure that the blob exists and that it's either publicly accessible or is a SAS url with read privileges.");
    }

    @Test
    void identityOfTheGalleryReadsWithoutSas() {
        storage("None");
        blob("BlockBlob", 10);
        String principal = bench.identity("reads");
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.GROUP
                                + "/providers/Microsoft.Authorization/roleAssignments/11111111-1111-1111-1111-111111111111",
                        Bench.parse(
                                "{\"properties\":{\"principalId\":\"%s\",\"roleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1\"}}"
                                        .formatted(principal))));
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.galleryId(),
                        Bench.parse(
                                "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"%s\":{}}}}"
                                        .formatted(Bench.identityId("reads")))));
        assertThat(publish("1.0.1", BLOB, "").status()).isEqualTo(201);
    }

    @Test
    void writeToAVersionThatIsBeingDeletedIsRefused() {
        Bench.must(bench.send("DELETE", Bench.versionId("agent", "1.0.0"), Dynamic.NULL));
        isRefused(
                bench.send("PUT", Bench.versionId("agent", "1.0.0"), Bench.versionBody("", "")),
                409,
                "OperationNotAllowed",
                "Operation PUT isn't allowed on 1.0.0 since it's marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).");
        bench.settle();
        assertThat(bench.send("GET", Bench.versionId("agent", "1.0.0"), Dynamic.NULL).status())
                .isEqualTo(404);
    }

    @Test
    void replicaCountOutOfRangeIsRefused() {
        isRefused(
                publish("1.0.1", "https://x.example/p", ",\"replicaCount\":11"),
                400,
                "InvalidParameter",
                "The value 11 of parameter 'galleryApplicationVersion.properties.publishingProfile.replicaCount' is out of range. The value must be between one and three, inclusive.");
    }

    @Test
    void changedActionIsRefused() {
        isRefused(
                bench.send(
                        "PUT",
                        Bench.versionId("agent", "1.0.0"),
                        Bench.parse(
                                "{\"location\":\"westeurope\",\"properties\":{\"publishingProfile\":{\"source\":{\"mediaLink\":\"https://packages.example/p/app\"},\"manageActions\":{\"install\":\"other\",\"remove\":\"r\"}}}}")),
                409,
                "PropertyChangeNotAllowed",
                "Changing property 'galleryApplicationVersion.properties.publishingProfile.manageActions.install' isn't allowed.");
    }

    @Test
    void changedFileNameIsRefused() {
        isRefused(
                bench.send(
                        "PUT",
                        Bench.versionId("agent", "1.0.0"),
                        Bench.versionBody("", ",\"settings\":{\"packageFileName\":\"a.zip\"}")),
                409,
                "PropertyChangeNotAllowed",
                "Changing property ' galleryApplicationVersion.properties.publishingProfile.settings.packageFileName ' isn't allowed.");
    }

    @Test
    void onlyTheSasOfAPackageMayChange() {
        storage("None");
        blob("BlockBlob", 10);
        Bench.must(publish("1.0.1", BLOB + "?sp=r&se=2027-11-20T00:00:00Z&sig=x", ""));
        bench.settle();
        assertThat(publish("1.0.1", BLOB + "?sp=r&se=2027-12-20T00:00:00Z&sig=y", "").status())
                .isEqualTo(200);
        assertThat(Bench.code(publish("1.0.1", "https://x.example/other", "")))
                .isEqualTo("PropertyChangeNotAllowed");
    }

    @Test
    void blobThatIsTooLargeEmptyOrOfAWrongKindIsRefused() {
        storage("Container");
        blob("BlockBlob", 3L << 30);
        isRefused(
                publish("1.0.1", BLOB, ""),
                400,
                "InvalidParameter",
                "The blob referenced by source uri "
                        + BLOB
                        + " is too large: size = 3221225472. The maximum blob size allowed is '1 GB'.");
        blob("BlockBlob", 0);
        isRefused(
                publish("1.0.1", BLOB, ""),
                400,
                "InvalidParameter",
                "The blob referenced by source uri " + BLOB + " is empty.");
        blob("AppendBlob", 10);
        assertThat(Bench.message(publish("1.0.1", BLOB, "")))
                .isEqualTo(
                        "AppendBlob blob type isn't supported for Gallery application version create operation. Only page blobs and block blobs are supported.");
        assertThatThrownBy(() -> blob("PageBlob", 1000)).hasMessageContaining("multiple of 512");
        blob("PageBlob", 1024);
        assertThat(publish("1.0.1", BLOB, "").status()).isEqualTo(201);
    }

    @Test
    void regionThatNeedsAFeatureIsRefusedUntilItIsRegistered() {
        String regions =
                ",\"targetRegions\":[{\"name\":\"westeurope\"},{\"name\":\"francesouth\"}]";
        isRefused(
                publish("1.0.1", "https://x.example/p", regions),
                400,
                "InvalidParameter",
                "Can't specify francesouth in target regions because the subscription is missing required feature Microsoft.Compute/Region-francesouth. Either register your subscription with the required feature or remove the region from the target region list.");
        Bench.must(
                bench.send(
                        "POST",
                        Bench.SUBSCRIPTION
                                + "/providers/Microsoft.Features/providers/Microsoft.Compute/features/Region-francesouth/register",
                        Dynamic.NULL));
        assertThat(publish("1.0.1", "https://x.example/p", regions).status()).isEqualTo(201);
    }

    @Test
    void targetRegionsMustContainTheVersionsOwn() {
        isRefused(
                publish(
                        "1.0.1",
                        "https://x.example/p",
                        ",\"targetRegions\":[{\"name\":\"eastus\"}]"),
                400,
                "InvalidParameter",
                "Gallery image version publishing profile regions eastus must contain the location of image version westeurope.");
    }

    @Test
    void duplicateRegionIsRefused() {
        isRefused(
                publish(
                        "1.0.1",
                        "https://x.example/p",
                        ",\"targetRegions\":[{\"name\":\"westeurope\"},{\"name\":\"West Europe\"}]"),
                400,
                "InvalidParameter",
                "Duplicate regions aren't allowed in target publishing regions.");
    }

    @Test
    void encryptionIsRefused() {
        isRefused(
                publish(
                        "1.0.1",
                        "https://x.example/p",
                        ",\"targetRegions\":[{\"name\":\"westeurope\",\"encryption\":{}}]"),
                400,
                "InvalidParameter",
                "Gallery application version resources currently don't support encryption.");
    }

    @Test
    void otherNameInTheBodyIsRefused() {
        isRefused(
                bench.send(
                        "PUT",
                        Bench.versionId("agent", "1.0.1"),
                        Bench.versionBody("", "").with("name", Dynamic.of("1.0.2"))),
                400,
                "InvalidParameter",
                "Entity name doesn't match the name in the request URL.");
    }

    @Test
    void versionNameMustBeThreeNumbers() {
        for (String name : new String[] {"1.0", "1.0.0.0", "1.0.x", "1.0.2147483648"}) {
            isRefused(
                    publish(name, "https://x.example/p", ""),
                    400,
                    "InvalidParameter",
                    "The gallery application version name is invalid. The application version name should follow Major(int32). Minor(int32). Patch(int32) format, where int is between 0 and 2,147,483,647 (inclusive). for example, 1.0.0, 2018.12.1 etc.");
        }
    }

    @Test
    void endOfLifeMustLieInTheFutureWhenWritten() {
        assertThat(
                        publish(
                                        "1.0.1",
                                        "https://x.example/p",
                                        ",\"endOfLifeDate\":\"2026-11-20T00:00:00Z\"")
                                .status())
                .isEqualTo(400);
        assertThat(
                        publish(
                                        "1.0.1",
                                        "https://x.example/p",
                                        ",\"endOfLifeDate\":\"2027-11-20T00:00:00Z\"")
                                .status())
                .isEqualTo(201);
    }
}
