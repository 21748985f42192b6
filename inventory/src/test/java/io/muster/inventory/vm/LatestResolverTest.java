package io.muster.inventory.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Resolution.Reason;
import io.muster.inventory.vm.Resolution.Resolved;
import io.muster.inventory.vm.Resolution.Unresolved;
import org.junit.jupiter.api.Test;

class LatestResolverTest {
    private static Resolution latest(Gallerist galleries, String region) {
        return galleries.resolver().latest(ResourceId.parse(Gallerist.app("agent")), region);
    }

    private static String resolved(Resolution resolution) {
        return ((Resolved) resolution).version().name();
    }

    private static Gallerist agent() {
        return new Gallerist().application("agent", "Linux");
    }

    @Test
    void latestIsTheHighestNumberAndNotTheLastText() {
        var galleries =
                agent().published("agent", "1.9.0")
                        .published("agent", "1.10.0")
                        .published("agent", "1.2.0");
        assertThat(resolved(latest(galleries, "eastus"))).isEqualTo("1.10.0");
    }

    @Test
    void aVersionThatIsExcludedIsPassedOver() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .published("agent", "2.0.0", "'excludeFromLatest':true,");
        var latest = latest(galleries, "eastus");
        assertThat(resolved(latest)).isEqualTo("1.0.0");
        assertThat(latest.passedOver())
                .singleElement()
                .satisfies(passed -> {
                    assertThat(passed.version().name()).isEqualTo("2.0.0");
                    assertThat(passed.reason()).isEqualTo(Reason.EXCLUDED_FROM_LATEST);
                });
    }

    @Test
    void aVersionExcludedInOneRegionIsLatestElsewhere() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .raw(
                                "agent",
                                "2.0.0",
                                "{'provisioningState':'Succeeded','publishingProfile':{'targetRegions':[{'name':'eastus','excludeFromLatest':true},{'name':'westeurope'}]}}");
        assertThat(resolved(latest(galleries, "East US"))).isEqualTo("1.0.0");
        assertThat(latest(galleries, "eastus").passedOver().getFirst().reason())
                .isEqualTo(Reason.EXCLUDED_IN_REGION);
        assertThat(resolved(latest(galleries, "westeurope"))).isEqualTo("2.0.0");
    }

    @Test
    void aVersionNotYetReplicatedToTheRegionIsPassedOver() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .raw(
                                "agent",
                                "2.0.0",
                                "{'provisioningState':'Succeeded','publishingProfile':{'targetRegions':[{'name':'eastus'},{'name':'westeurope'}]},'replicationStatus':{'summary':[{'region':'East US','state':'Completed'},{'region':'West Europe','state':'Replicating','progress':40}]}}");
        assertThat(resolved(latest(galleries, "eastus"))).isEqualTo("2.0.0");
        assertThat(resolved(latest(galleries, "westeurope"))).isEqualTo("1.0.0");
        assertThat(latest(galleries, "westeurope").passedOver().getFirst().because())
                .isEqualTo("its replication to westeurope is replicating");
    }

    @Test
    void aVersionThatIsUpdatedStaysWhatItWasWhereItsCopyIsComplete() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .raw(
                                "agent",
                                "2.0.0",
                                "{'provisioningState':'Updating','publishingProfile':{'targetRegions':[{'name':'eastus'},{'name':'westeurope'}]},'replicationStatus':{'summary':[{'region':'East US','state':'Completed'},{'region':'West Europe','state':'Replicating','progress':40}]}}");
        assertThat(resolved(latest(galleries, "eastus"))).isEqualTo("2.0.0");
        assertThat(resolved(latest(galleries, "westeurope"))).isEqualTo("1.0.0");
        var named = ApplicationReference.parse(Gallerist.version("agent", "2.0.0")).orElseThrow();
        var resolver = galleries.resolver();
        assertThat(resolved(resolver.resolve(named, "eastus", OperatingSystem.LINUX)))
                .isEqualTo("2.0.0");
        assertThat(resolver.resolve(named, "westeurope", OperatingSystem.LINUX))
                .isInstanceOf(Unresolved.class);
    }

    @Test
    void aVersionThatIsUpdatedCountsAsReplicatedWhereItIsPublishedWhenNobodyTells() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .raw(
                                "agent",
                                "2.0.0",
                                "{'provisioningState':'Updating','publishingProfile':{'targetRegions':[{'name':'eastus'}]}}");
        assertThat(resolved(latest(galleries, "eastus"))).isEqualTo("2.0.0");
    }

    @Test
    void replicationNeedNotBeCompleteWhenASettingSaysSo() {
        var galleries =
                agent().raw(
                                "agent",
                                "2.0.0",
                                "{'provisioningState':'Succeeded','publishingProfile':{'targetRegions':[{'name':'eastus'}]},'replicationStatus':{'summary':[{'region':'eastus','state':'Replicating'}]}}");
        var resolver = galleries.resolver(new ResolutionSettings(false, false));
        assertThat(resolved(resolver.latest(ResourceId.parse(Gallerist.app("agent")), "eastus")))
                .isEqualTo("2.0.0");
    }

    @Test
    void withoutAReplicationStatusAProvisionedVersionCountsAsReplicatedWhereItIsPublished() {
        var galleries =
                agent().raw(
                                "agent",
                                "1.0.0",
                                "{'provisioningState':'Succeeded','publishingProfile':{'targetRegions':[{'name':'eastus'}]}}");
        assertThat(resolved(latest(galleries, "eastus"))).isEqualTo("1.0.0");
        assertThat(((Unresolved) latest(galleries, "northeurope")).error())
                .isEqualTo(
                        VmApplicationErrors.notReplicated(
                                Gallerist.version("agent", "latest"), "northeurope"));
        assertThat(latest(galleries, "northeurope").passedOver().getFirst().reason())
                .isEqualTo(Reason.NOT_PUBLISHED_TO_REGION);
    }

    @Test
    void aVersionThatIsNotProvisionedIsPassedOver() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .raw(
                                "agent",
                                "2.0.0",
                                "{'provisioningState':'Creating','publishingProfile':{'targetRegions':[{'name':'eastus'}]}}");
        assertThat(resolved(latest(galleries, "eastus"))).isEqualTo("1.0.0");
        assertThat(latest(galleries, "eastus").passedOver().getFirst().reason())
                .isEqualTo(Reason.NOT_PROVISIONED);
    }

    @Test
    void anExcludedVersionIsDeployableByItsNumber() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .published("agent", "2.0.0", "'excludeFromLatest':true,");
        var resolution =
                galleries
                        .resolver()
                        .resolve(
                                ApplicationReference.parse(Gallerist.version("agent", "2.0.0"))
                                        .orElseThrow(),
                                "eastus",
                                OperatingSystem.LINUX);
        assertThat(resolved(resolution)).isEqualTo("2.0.0");
    }

    @Test
    void theOperatingSystemMustMatch() {
        var resolution =
                agent().published("agent", "1.0.0")
                        .resolver()
                        .resolve(
                                ApplicationReference.parse(Gallerist.version("agent", "LATEST"))
                                        .orElseThrow(),
                                "eastus",
                                OperatingSystem.WINDOWS);
        assertThat(((Unresolved) resolution).error().message())
                .isEqualTo(
                        "Current VM Application Version 1.0.0 supports OS Linux, while current OSDisk's OS is Windows.");
    }

    @Test
    void endOfLifeIsInformationalUnlessASettingSaysThatItBlocks() {
        var galleries =
                agent().published("agent", "1.0.0")
                        .published("agent", "2.0.0", "'endOfLifeDate':'2026-01-01T00:00:00Z',");
        assertThat(resolved(latest(galleries, "eastus"))).isEqualTo("2.0.0");
        var strict = galleries.resolver(new ResolutionSettings(true, true));
        assertThat(resolved(strict.latest(ResourceId.parse(Gallerist.app("agent")), "eastus")))
                .isEqualTo("1.0.0");
        var named =
                strict.resolve(
                        ApplicationReference.parse(Gallerist.version("agent", "2.0.0"))
                                .orElseThrow(),
                        "eastus",
                        null);
        assertThat(((Unresolved) named).error().message())
                .isEqualTo(
                        "Current VM Application Version 2.0.0 was deprecated at 2026-01-01T00:00:00Z.");
    }

    @Test
    void aMissingApplicationOrVersionIsAMissingPlatformImage() {
        var resolver = agent().published("agent", "1.0.0").resolver();
        for (var id :
                new String[] {
                    Gallerist.version("other", "latest"), Gallerist.version("agent", "9.0.0")
                }) {
            var resolution =
                    resolver.resolve(ApplicationReference.parse(id).orElseThrow(), "eastus", null);
            assertThat(((Unresolved) resolution).error())
                    .isEqualTo(VmApplicationErrors.applicationMissing(id));
        }
    }

    @Test
    void aReferenceIsTakenApartIgnoringCase() {
        var reference =
                ApplicationReference.parse(
                                "/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/providers/microsoft.compute/GALLERIES/gal/Applications/App/Versions/Latest")
                        .orElseThrow();
        assertThat(reference.subscriptionId()).isEqualTo("S");
        assertThat(reference.resourceGroup()).isEqualTo("G");
        assertThat(reference.gallery()).isEqualTo("gal");
        assertThat(reference.application()).isEqualTo("App");
        assertThat(reference.isLatest()).isTrue();
        assertThat(reference.at("1.0.0").version()).isEqualTo("1.0.0");
        assertThat(ApplicationReference.parse(Gallerist.app("agent"))).isEmpty();
        assertThat(ApplicationReference.parse("nonsense")).isEmpty();
    }

    @Test
    void storageIsBilledByReplicaAndEgressByRegion() {
        var galleries =
                agent().raw(
                                "agent",
                                "1.0.0",
                                "{'publishingProfile':{'replicaCount':2,'targetRegions':[{'name':'eastus'},{'name':'westeurope'},{'name':'northeurope','regionalReplicaCount':5}]}}");
        var cost = galleries.theVersion("agent", "1.0.0").storageCost();
        assertThat(cost.replicas()).isEqualTo(9);
        assertThat(cost.egressCopies()).isEqualTo(2);
        assertThat(cost.storedBytes()).isNull();
    }
}
